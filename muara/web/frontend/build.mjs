// Compile the two sources into ../static and copy the typeface with its licence.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
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

// Each script with what it bundles; a page loads only those that it needs.
const scripts = {
  "muara.js": "includes parts of GOV.UK Frontend, (c) Crown copyright, MIT licence",
  "map.js": "includes Leaflet, (c) 2010-2023 Volodymyr Agafonkin, (c) 2010-2011 CloudMade, BSD 2-Clause licence",
  "section.js": "the sections of the application form",
  "upload.js": "includes tus-js-client, (c) Transloadit Ltd and contributors, MIT licence",
};
for (const [name, notice] of Object.entries(scripts)) {
  await build({
    entryPoints: [join(here, name)],
    outfile: join(out, name),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    legalComments: "none",
    banner: { js: `/* Muara; ${notice} */` },
  });
}

mkdirSync(join(out, "fonts"), { recursive: true });
const inter = join(modules, "@fontsource-variable", "inter");
copyFileSync(join(inter, "files", "inter-latin-wght-normal.woff2"), join(out, "fonts", "inter.woff2"));
copyFileSync(join(inter, "LICENSE"), join(out, "fonts", "inter-LICENSE.txt"));

// Leaflet's own rules, without the pictures of controls and markers that we do not use.
const rules = readFileSync(join(modules, "leaflet", "dist", "leaflet.css"), "utf8");
const drawn = rules.replace(/[^{}]*{[^{}]*url\([^{}]*}/g, "");
writeFileSync(join(out, "map.css"), (await transform(drawn, { loader: "css", minify: true })).code);

// What a bundle holds of others comes with their licences.
for (const name of ["leaflet", "tus-js-client", "js-base64", "url-parse"]) {
  const licence = ["LICENSE", "LICENSE.md"].map((file) => join(modules, name, file)).find(existsSync);
  const text = readFileSync(licence, "utf8").replaceAll("\r\n", "\n");
  writeFileSync(join(out, `${name}-LICENSE.txt`), text);
}
