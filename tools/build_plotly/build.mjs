// Bundles plotly.js with the few trace kinds the pages use and writes it, its licence and a
// README with the measured size to static/vendor/plotly/. Run: npm ci && npm run build
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../../static/vendor/plotly");
const file = join(out, "plotly-maturity.min.js");
const require = createRequire(import.meta.url);
const version = require("plotly.js/package.json").version;

// The stylesheet that plotly.js adds for map tiles is not needed: no map kind is bundled.
const dropStyles = {
  name: "drop-styles",
  setup(b) {
    b.onLoad({ filter: /\.css$/ }, () => ({ contents: "", loader: "js" }));
  },
};

// A strict style policy refuses style attributes but not styles set through the object model:
// without this, heatmap cells come out blurred and <b> in a label stays plain.
// The count guards against a changed upstream.
let patched = 0;
const patch = (text) => {
  patched += 1;
  return text;
};
const styleByObjectModel = {
  name: "style-by-object-model",
  setup(b) {
    b.onLoad({ filter: /(colorbar\/draw|heatmap\/plot|lib\/svg_text_utils)\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(/\.attr\('style', ([^)]+)\)/g, (_, value) =>
          patch(`.each(function() { this.style.cssText = ${value}; })`))
        .replace("d3.select(newNode).attr(nodeAttrs);", () =>
          patch("newNode.style.cssText = nodeAttrs.style || ''; delete nodeAttrs.style; d3.select(newNode).attr(nodeAttrs);")),
      loader: "js",
    }));
  },
};

mkdirSync(out, { recursive: true });
await build({
  entryPoints: [join(here, "entry.cjs")],
  outfile: file,
  format: "iife",
  globalName: "Plotly",
  bundle: true,
  minify: true,
  target: "es2019",
  legalComments: "none",
  define: { global: "window", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
  banner: { js: `/*! plotly.js v${version} (part) | MIT | see LICENSE in this folder */` },
  plugins: [dropStyles, styleByObjectModel],
  logLevel: "warning",
});
if (patched !== 4) throw new Error(`expected 4 style attributes to patch, found ${patched}`);

// plotly.js adds these rules from script, which a strict style policy refuses. As a file they pass;
// charts.js links it under the id that tells plotly.js to leave its own out.
const rules = {};
const source = readFileSync(join(here, "node_modules/plotly.js/build/plotcss.js"), "utf8");
new Function("require", source)(() => ({ addStyleRule: (on, text) => { rules[on] = text; } }));
const sheet = Object.entries(rules)
  .filter(([on]) => !/cloud-dialog/.test(on))
  .map(([on, text]) => `${on}{${text.replace(/font-family:[^;]*;/, "font-family:inherit;")}}`);
writeFileSync(
  join(out, "plotly-maturity.css"),
  `/*! plotly.js v${version} (rules) | MIT | see LICENSE in this folder */\n${sheet.join("\n")}\n`,
);
copyFileSync(join(here, "node_modules/plotly.js/LICENSE"), join(out, "LICENSE"));

const bytes = readFileSync(file);
const kb = (n) => `${(n / 1000).toFixed(0)} kB`;
const hash = createHash("sha256").update(bytes).digest("hex");
writeFileSync(
  join(out, "README.md"),
  `# plotly-maturity.min.js

plotly.js ${version} (MIT, see LICENSE) with the trace kinds bar, box, heatmap, scatter and
scatterpolar and the Indonesian locale; nothing else. Loaded only by pages with charts, after
the page itself, by \`static/js/charts.js\`. \`plotly-maturity.css\` holds the rules that plotly.js
would otherwise add from script, and four places that write style attributes are patched, so that
charts work under \`style-src 'self'\`.

| | size |
|---|---|
| as is | ${kb(bytes.length)} |
| gzip -9 | ${kb(gzipSync(bytes, { level: 9 }).length)} |
| brotli 11 | ${kb(brotliCompressSync(bytes).length)} |

SHA-256: \`${hash}\`

Rebuild: \`cd tools/build_plotly && npm ci && npm run build\` (writes this file too).
`,
);
