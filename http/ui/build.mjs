// Builds the web app: `node build.mjs OUT_DIR [--watch]` writes OUT_DIR/index.html and OUT_DIR/assets/*.
// Every asset carries a hash of its content in its name, so that the server may let it be cached for ever.
import { context, build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const watch = args.includes("--watch");
const out_dir = args.find((a) => !a.startsWith("--"));
if (!out_dir) {
  console.error("usage: node build.mjs OUT_DIR [--watch]");
  process.exit(2);
}
const out = resolve(out_dir);
const assets = join(out, "assets");

const common = {
  absWorkingDir: here,
  outdir: assets,
  bundle: true,
  minify: !watch,
  sourcemap: watch ? "linked" : false,
  target: ["es2022"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  metafile: true,
  write: false,
  legalComments: "none",
  define: { "process.env.NODE_ENV": JSON.stringify(watch ? "development" : "production") },
};

/// The app and its style sheet; what answers need (markdown, highlighting) is split off and loaded on first use.
const app = {
  ...common,
  entryPoints: { main: "main.tsx", style: "css/index.css", icon: "icon.svg" },
  format: "esm",
  splitting: true,
  loader: { ".svg": "copy" },
  jsx: "automatic",
  jsxImportSource: "preact",
};

/// Sets the theme before the first paint; a classic script, because a module runs too late.
const theme = { ...common, entryPoints: { theme: "theme_boot.ts" }, format: "iife" };

async function write(results) {
  const files = results.flatMap((r) => r.outputFiles);
  await rm(assets, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const names = {};
  for (const file of files) {
    const name = basename(file.path);
    await writeFile(join(assets, name), file.contents);
    const entry = /^(main|style|theme|icon)-[A-Z0-9]+\.(js|css|svg)$/.exec(name);
    if (entry) names[entry[1]] = name;
  }
  const page = (await readFile(join(here, "index.html"), "utf8")).replace(/\{\{(\w+)\}\}/g, (_, key) => {
    if (!names[key]) throw new Error(`index.html asks for the asset "${key}", which was not built`);
    return names[key];
  });
  await writeFile(join(out, "index.html"), page);
  return files;
}

function report(files) {
  let total = 0;
  for (const file of files.sort((a, b) => b.contents.length - a.contents.length)) {
    if (file.path.endsWith(".map")) continue;
    const packed = gzipSync(file.contents).length;
    if (file.path.endsWith(".js")) total += packed;
    console.log(`${(packed / 1024).toFixed(1).padStart(7)} KB gzip  ${basename(file.path)}`);
  }
  console.log(`${(total / 1024).toFixed(1).padStart(7)} KB gzip  JavaScript in all`);
}

if (!watch) {
  report(await write(await Promise.all([build(app), build(theme)])));
} else {
  const boot = await build(theme);
  const rewrite = {
    name: "rewrite",
    setup: (b) => b.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      await write([result, boot]);
      console.log(`built ${new Date().toLocaleTimeString()}`);
    }),
  };
  const ctx = await context({ ...app, plugins: [rewrite] });
  await ctx.watch();
}
