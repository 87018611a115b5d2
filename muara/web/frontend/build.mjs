// Compile the two sources into ../static and copy the typeface with its licence.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const modules = join(here, "node_modules");

for (const name of ["muara", "queue"]) {
  const { css } = compile(join(here, `${name}.scss`), {
    style: "compressed",
    loadPaths: [modules],
    quietDeps: true,
  });
  writeFileSync(join(out, `${name}.css`), `${css}\n`);
}

await build({
  entryPoints: [join(here, "muara.js")],
  outfile: join(out, "muara.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
  banner: { js: "/* Muara; includes parts of GOV.UK Frontend, (c) Crown copyright, MIT licence */" },
});

mkdirSync(join(out, "fonts"), { recursive: true });
const inter = join(modules, "@fontsource-variable", "inter");
copyFileSync(join(inter, "files", "inter-latin-wght-normal.woff2"), join(out, "fonts", "inter.woff2"));
copyFileSync(join(inter, "LICENSE"), join(out, "fonts", "inter-LICENSE.txt"));
