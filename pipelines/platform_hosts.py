"""Hosts that give each user a subdomain and are not in the public suffix list: a closed list.

The private section of the public suffix list has the hosts whose operators asked for it (`blogspot.com`, `github.io`). These did
not, so `one.substack.com` and `two.substack.com` would count as one site. Each was checked against the list in tldextract 5.4.0.
Platforms that give users paths (`medium.com/@name`) cannot be distinguished from other sites with sections.
"""

from __future__ import annotations

PLATFORMS = (
    # Newsletters and blogs, English
    "substack.com", "medium.com", "wordpress.com", "home.blog", "news.blog", "tumblr.com", "livejournal.com", "dreamwidth.org",
    "ghost.io", "beehiiv.com", "typepad.com", "blogs.com", "edublogs.org", "micro.blog", "posthaven.com", "svbtle.com",
    "bearblog.dev", "mataroa.blog", "hashnode.dev", "writeas.com", "pressbooks.com", "pressbooks.pub", "buttondown.email",
    # Site builders and free hosts
    "weebly.com", "squarespace.com", "jimdo.com", "jimdofree.com", "jimdosite.com", "webnode.com", "webnode.page", "webnode.cz",
    "webnode.fr", "strikingly.com", "mystrikingly.com", "tilda.ws", "site123.me", "webs.com", "bravesites.com", "surge.sh",
    "000webhostapp.com", "cargo.site", "neocities.org", "angelfire.com", "tripod.com", "freeservers.com", "zohosites.com",
    "godaddysites.com", "business.site", "gitbook.io", "mozello.com", "ning.com", "wikidot.com", "fandom.com", "proboards.com",
    "forumotion.com", "bandcamp.com", "gumroad.com", "mailchimpsites.com",
    # Blogs of one language
    "over-blog.com", "canalblog.com", "skyrock.com", "blogspirit.com", "hautetfort.com", "free.fr", "blog.hu", "blog.cz",
    "blox.pl", "blogs.sapo.pt", "blogg.se", "webblogg.se", "blogg.no", "bloggersdelight.dk", "vuodatus.net", "myblog.de",
    "beepworld.de", "blogcu.com", "ucoz.ru", "ucoz.com", "ucoz.net", "narod.ru", "blogfa.com", "mihanblog.com", "persianblog.ir",
    "blogsky.com", "blog.ir", "tistory.com", "egloos.com", "exblog.jp", "seesaa.net", "blog.fc2.com", "web.fc2.com",
    "livedoor.blog", "blog.jp", "jugem.jp", "cocolog-nifty.com", "muragon.com", "pixnet.net", "lofter.com", "blogbus.com",
    "blog.163.com", "blog.sohu.com", "bokee.com",
)  # fmt: skip
"""Each subdomain of these is a site."""
