import { check as attw } from './attw.mjs'
import { check as audit } from './audit.mjs'
import { check as changesets } from './changesets.mjs'
import { check as installed } from './installed.mjs'
import { check as knip } from './knip.mjs'
import { check as licences } from './licences.mjs'
import { check as lockfile } from './lockfile.mjs'
import { check as manifest } from './manifest.mjs'
import { check as publint } from './publint.mjs'
import { check as readmes } from './readmes.mjs'
import { check as sizes } from './sizes.mjs'
import { check as types } from './types.mjs'

/** Every check, in the order in which they run: the quick ones first. */
export const checks = [
  manifest,
  lockfile,
  audit,
  licences,
  changesets,
  sizes,
  publint,
  knip,
  types,
  attw,
  readmes,
  installed,
]
