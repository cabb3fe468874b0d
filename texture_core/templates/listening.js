"use strict";
// One player sounds at a time: whichever was started last.
document.addEventListener(
  "play",
  (event) => {
    for (const player of document.querySelectorAll("audio")) {
      if (player !== event.target) {
        player.pause();
      }
    }
  },
  true,
);
