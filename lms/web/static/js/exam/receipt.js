// 提出控: nothing of the attempt stays on this device; printing by a button.

import { Store } from "./store.js";

const data = JSON.parse(document.getElementById("receipt-data").textContent);
const button = document.getElementById("print-button");
button.hidden = false;
button.addEventListener("click", () => print());
new Store(data.userId, data.publicId).clear().catch(() => {});
