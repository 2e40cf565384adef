// The role-play sheet: a button that opens the browser's print dialog.

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
