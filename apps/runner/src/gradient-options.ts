import type { Derivative } from '@tintjs/inner'
import {
  exact,
  type GradientChoice,
  type LossGradient,
  lossGradients,
  parseDerivative,
  tint,
} from '@tintjs/simulate'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from './failures'

/** The options that choose TinT's approximations. */
export interface ApproximationOptions {
  readonly lossGradient: LossGradient
  readonly derivative?: Derivative
  readonly compatibility?: 'authors-code'
}

/** The options that choose a gradient. */
export interface GradientOptions extends ApproximationOptions {
  readonly gradient: 'tint' | 'exact'
}

/** Adds `--gradient`, `--loss-gradient`, `--derivative` and `--compatibility`. */
export function addGradientOptions(command: Command): Command {
  const chosen = command.addOption(
    new Option('--gradient <name>', "tint: the simulator's approximations; exact: full back-propagation")
      .choices(['tint', 'exact'])
      .default('tint'),
  )
  return addApproximationOptions(chosen)
}

/**
 * Adds `--loss-gradient`, `--derivative` and `--compatibility`: how the gradient is approximated.
 *
 * @param derivatives the ways that the help tells
 */
export function addApproximationOptions(
  command: Command,
  derivatives = 'analytic, central[:N] or forward[:N]',
): Command {
  return command
    .addOption(
      new Option('--loss-gradient <name>', 'of cross-entropy, of the quadratic loss, or without a softmax')
        .choices([...lossGradients])
        .default('softmax'),
    )
    .option(
      '--derivative <way>',
      `of norms and activations: ${derivatives} (default: central:100)`,
      readDerivative,
    )
    .addOption(
      new Option('--compatibility <with>', "reproduce the faults of the authors' released code").choices([
        'authors-code',
      ]),
    )
}

/**
 * The gradient that the options choose.
 *
 * @throws UsageError for approximations together with the exact gradient, which has none
 */
export function gradientChoice(options: GradientOptions): GradientChoice {
  const { gradient, lossGradient, derivative, compatibility } = options
  if (gradient === 'tint') return tint({ lossGradient, derivative, compatibility })
  if (derivative !== undefined && derivative.kind !== 'analytic') {
    throw new UsageError(
      '--gradient exact takes derivatives exactly; leave out --derivative, or choose analytic.',
    )
  }
  if (compatibility !== undefined) {
    throw new UsageError(
      `--compatibility ${compatibility} is about TinT's gradient; leave it out, or choose --gradient tint.`,
    )
  }
  return exact({ lossGradient })
}

/** @throws UsageError for approximations of TinT among ways that leave it out */
export function checkApproximations(
  { derivative, compatibility }: ApproximationOptions,
  ways: readonly string[] | undefined,
): void {
  const aboutTint = derivative === undefined ? compatibility && '--compatibility' : '--derivative'
  if (aboutTint !== undefined && ways !== undefined && !ways.includes('tint')) {
    throw new UsageError(`${aboutTint} is about TinT's gradient; leave it out, or add tint to --ways.`)
  }
}

/** Reads derivatives separated by commas. @throws InvalidArgumentError for what is none */
export function readDerivatives(text: string): Derivative[] {
  return text.split(',').map(readDerivative)
}

function readDerivative(text: string): Derivative {
  try {
    return parseDerivative(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
