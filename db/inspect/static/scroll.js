// Says of a region that scrolls sideways that it does, as long as it does.
"use strict";
(() => {
  const hint = document.body.dataset.scrolls;
  const measure = (region) => {
    const scrolls = region.scrollWidth > region.clientWidth + 1;
    const before = region.previousElementSibling;
    const shown = before && before.className === "scroll-hint";
    if (scrolls && !shown) {
      const said = document.createElement("p");
      said.className = "scroll-hint";
      said.textContent = hint;
      region.before(said);
    } else if (!scrolls && shown) {
      before.remove();
    }
  };
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => measure(entry.target)));
  for (const region of document.querySelectorAll(".scroll")) observer.observe(region);
})();
