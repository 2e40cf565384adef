// 数値問題: a figure, kept as it was typed.

import { lineKind } from "../line.js";

export default lineKind("numeric");
