// node formulas.mjs FOLDER < [[tex, display], ...] > [svg, ...]: MathJax of that folder draws.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const mathjax = await require(`${process.argv[2]}/es5/node-main.js`).init({
  loader: { load: ["input/tex", "output/svg"] },
  svg: { fontCache: "none" }, // each picture stands alone
});
const drawn = JSON.parse(readFileSync(0, "utf8")).map(([tex, display]) =>
  mathjax.startup.adaptor.innerHTML(mathjax.tex2svg(tex, { display })));
process.stdout.write(JSON.stringify(drawn));
