// 記述問題: a few words, kept as they were typed.

import { lineKind } from "../line.js";

export default lineKind("short_text");
