// The stored page stands open beside a text where the window is wide enough for both, and folded away elsewhere.
"use strict";
const wide = matchMedia("(min-width: 56rem)");
for (const folded of document.querySelectorAll("details[data-wide]")) folded.open = wide.matches;
