// Builds the extension: types are checked, the client and the language server bundled, and all of it zipped as `netc.vsix`,
// which `code --install-extension` takes. Run by `npm run vsix`; the package's own dependencies are installed first.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { strToU8, zipSync } from 'fflate';

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));
const run = (command, args) =>
  execFileSync(command, args, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });

if (!existsSync(`${here}node_modules`)) run('npm', ['ci', '--no-audit', '--no-fund']);
run('npx', ['tsc', '-p', here, '--noEmit']);

const out = `${root}dist/vscode/`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const common = { bundle: true, platform: 'node', minify: true, logLevel: 'warning' };
await build({
  ...common,
  entryPoints: [`${here}src/extension.ts`],
  outfile: `${out}out/extension.cjs`,
  format: 'cjs',
  external: ['vscode'],
  target: 'node20',
});
await build({
  ...common,
  entryPoints: [`${root}compiler/editor/bundled.ts`],
  outfile: `${out}server/server.mjs`,
  format: 'esm',
  target: 'node20',
  // The protocol's packages are CommonJS and ask for Node's own modules.
  banner: {
    js: "import { createRequire as netcRequire } from 'node:module'; const require = netcRequire(import.meta.url);",
  },
});

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const vsixManifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${manifest.name}" Version="${manifest.version}" Publisher="${manifest.publisher}" />
    <DisplayName>${escaped(manifest.displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(manifest.description)}</Description>
    <Tags>netc,machine-learning,__ext_net</Tags>
    <Categories>${manifest.categories.join(',')}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${manifest.engines.vscode}" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value="" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace" />
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
  <Dependencies />
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true" />
  </Assets>
</PackageManifest>
`;
const types = ['vsixmanifest:text/xml', 'json:application/json', 'md:text/markdown', 'txt:text/plain'];
const scripts = ['cjs:application/javascript', 'mjs:application/javascript', 'net:text/plain'];
const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[...types, ...scripts]
  .map((each) => each.split(':'))
  .map(([extension, type]) => `<Default Extension=".${extension}" ContentType="${type}" />`)
  .join('')}</Types>
`;

// What stands in the manifest for development only is left out, and with it the ways to npm's scripts.
const { devDependencies, dependencies, private: _, type, ...shipped } = manifest;
const library = readdirSync(`${root}compiler/std`).filter((name) => name.endsWith('.net'));
const files = {
  'extension.vsixmanifest': strToU8(vsixManifest),
  '[Content_Types].xml': strToU8(contentTypes),
  'extension/package.json': strToU8(`${JSON.stringify(shipped, null, 2)}\n`),
  'extension/LICENSE.txt': readFileSync(`${root}LICENSE`),
  'extension/README.md': readFileSync(`${here}README.md`),
  'extension/language-configuration.json': readFileSync(`${here}language-configuration.json`),
  'extension/syntaxes/netc.tmLanguage.json': readFileSync(`${here}syntaxes/netc.tmLanguage.json`),
  'extension/out/extension.cjs': readFileSync(`${out}out/extension.cjs`),
  'extension/server/server.mjs': readFileSync(`${out}server/server.mjs`),
  ...Object.fromEntries(library.map((name) => [`extension/std/${name}`, readFileSync(`${root}compiler/std/${name}`)])),
};
const archive = zipSync(files, { level: 9 });
writeFileSync(`${root}dist/netc.vsix`, archive);
console.log(`dist/netc.vsix: ${Object.keys(files).length} files, ${Math.round(archive.length / 1024)} kB`);
