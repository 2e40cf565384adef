// Who logs out leaves nothing unsaved of a worksheet on this device for the next person.

import { Device } from "./device.js";

const { leaving } = document.querySelector("[data-leaving]").dataset;

document.addEventListener("submit", ({ target }) => {
  if (target.getAttribute("action")?.endsWith("/logout")) new Device(leaving).clear();
});
