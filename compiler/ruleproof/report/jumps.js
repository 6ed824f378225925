/* Going to a place of the page, and staying there.  What lies above it is laid out only when it comes near, table by table,
 * and pushes it away: so it is gone to again, frame by frame, until it stays, or until the reader moves on. */
(function () {
  "use strict";

  const STILL = 8, MOST = 120;
  let stop = () => {};

  function goTo(target) {
    stop();
    let still = 0, left = MOST, placed = null;
    stop = () => { left = 0; };
    const again = () => {
      if (left-- <= 0) return;
      still = placed !== null && Math.abs(target.getBoundingClientRect().top - placed) < 1 ? still + 1 : 0;
      if (still >= STILL) return;
      target.scrollIntoView();
      placed = target.getBoundingClientRect().top;
      requestAnimationFrame(again);
    };
    again();
  }

  for (const kind of ["wheel", "touchstart", "mousedown", "keydown"]) self.addEventListener(kind, () => stop(), { passive: true });
  self.RuleproofJumps = { goTo };
})();
