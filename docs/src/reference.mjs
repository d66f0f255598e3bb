/**
 * Writes the reference of all published packages' exports to `docs/reference`, from their docstrings: a Markdown page for
 * each entry of each package.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, Converter } from 'typedoc'
import { referenceEntries, repositoryUrl } from './repository.mjs'

const docs = fileURLToPath(new URL('..', import.meta.url))

const application = await Application.bootstrapWithPlugins({
  name: 'Reference',
  entryPoints: referenceEntries.map(({ source }) => source),
  tsconfig: join(docs, 'src', 'reference.tsconfig.json'),
  plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-markdown'))],
  outputs: [{ name: 'markdown', path: join(docs, 'reference') }],
  readme: 'none',
  router: 'module',
  entryFileName: 'index',
  excludeScopesInPaths: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideSources: true, hideModifiers: true },
  disableGit: true,
  sourceLinkTemplate: `${repositoryUrl}/blob/main/packages/{path}#L{line}`,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  sort: ['kind', 'source-order'],
  treatWarningsAsErrors: true,
  // `pnpm typecheck` does that.
  skipErrorChecking: true,
  logLevel: 'Warn',
})

// Modules are called as they are imported, not by their files.
application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName
    module.name = referenceEntries.find(({ source }) => source === file)?.name ?? module.name
  }
})

const project = await application.convert()
if (project === undefined) process.exit(1)
await application.generateOutputs(project)
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exit(1)
