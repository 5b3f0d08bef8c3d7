"""What runs in each document before any script of the page: takes away what leads out of the page or asks for other pages.

It spares work and keeps the document whole. It is no guard: a page may find ways around it, and then meets the route of
`crawler.render.page_drawing` and the proxy.
"""

from __future__ import annotations

# - Connections that pass by the proxy: their UDP is off as well, see `LAUNCH` in `crawler.render.browser_process`.
# - Navigations of the page itself, also to `blob:` and `about:`, which no route sees. One that begins while the page is parsed
#   stops the parser, even where the route aborts it; `submit` does where its event is cancelled. `pushState` goes nowhere.
# - Speculation rules, with which Chromium fetches other pages of the site by itself, past any route. The observer runs before a
#   parsed script is prepared, and before the rules of an inserted one are followed.
INIT_SCRIPT = """
(() => {
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'RTCDataChannel']) {
        try { delete window[name]; } catch (error) {}
    }
    window.open = () => null;
    window.print = () => {};
    if (window === window.top && window.navigation) {
        let stopped = 0;
        navigation.addEventListener('navigate', event => {
            if (event.destination.sameDocument || !event.cancelable) return;
            stopped += 1;
            event.preventDefault();
        });
        HTMLFormElement.prototype.submit = () => { stopped += 1; };
        Object.defineProperty(navigation, 'stoppedNavigations', {get: () => stopped});
    }
    const drop = node => {
        if (node.localName === 'script' && /^speculationrules$/i.test(node.type)) {
            node.type = 'text/plain';
            node.remove();
        }
    };
    new MutationObserver(records => {
        for (const record of records) {
            for (const node of record.addedNodes) {
                drop(node);
                if (node.firstElementChild) node.querySelectorAll('script').forEach(drop);
            }
        }
    }).observe(document, {childList: true, subtree: true});
})();
"""
# How many navigations it has stopped.
STOPPED_NAVIGATIONS = "window.navigation ? navigation.stoppedNavigations : 0"
