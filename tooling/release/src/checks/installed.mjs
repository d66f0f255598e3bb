import { tryAlone } from '../installed/alone.mjs'
import { tryKilledRun } from '../installed/killed-run.mjs'
import { tryOwnAdapter } from '../installed/own-adapter.mjs'
import { tryPage } from '../installed/page.mjs'
import { tryTogether } from '../installed/together.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'installed',
  about: 'installed outside the workspace with npm, pnpm and yarn, the packages do what their READMEs say',
  scope: 'workspace',
  async run(context) {
    const all = await context.packed()
    const withPackages = { ...context, all }
    const parts = {
      alone: () => tryAlone(withPackages),
      together: async () => tryKilledRun(await tryTogether(withPackages), context.report),
      adapter: () => tryOwnAdapter(withPackages),
      page: () => tryPage(withPackages),
    }
    // One that fails does not keep the others from being tried.
    for (const [part, run] of Object.entries(parts)) {
      await run().catch((error) =>
        context.report.problem({
          found: `${part}: ${error.message}`,
          todo: `See tooling/release/src/installed, and try it by hand in an empty folder.`,
        }),
      )
    }
  },
}
