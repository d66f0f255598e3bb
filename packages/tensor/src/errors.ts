/**
 * The kinds of failure that TinT's packages report. Every message says what was found, what was expected and
 * what to do; `name` tells the kind, so that it survives copies of this package of other versions.
 */
export class TintError extends Error {
  override name = 'TintError'
}

/** A checkpoint's files are missing, damaged or do not fit together. */
export class CheckpointError extends TintError {
  override name = 'CheckpointError'
}

/** A model configuration has a value that is not supported or not valid. */
export class ConfigError extends TintError {
  override name = 'ConfigError'
}

/** Sizes that do not fit each other. */
export class DimensionError extends TintError {
  override name = 'DimensionError'
}

/** Something the caller passed in is not usable: token ids, masks, rates, files. */
export class InputError extends TintError {
  override name = 'InputError'
}

/** No usable compute engine, or the engine failed. */
export class EngineError extends TintError {
  override name = 'EngineError'
  /** The command lines that put it right, in their order; none where none does. The message does not name them. */
  readonly commands: readonly string[]

  constructor(
    message: string,
    { commands = [], ...options }: ErrorOptions & { readonly commands?: readonly string[] } = {},
  ) {
    super(message, options)
    this.commands = commands
  }
}

/** A computation left the range of finite numbers. */
export class NotFiniteError extends TintError {
  override name = 'NotFiniteError'
}
