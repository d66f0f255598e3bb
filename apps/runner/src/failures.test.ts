import { InputError } from '@tintjs/tensor'
import { afterEach, expect, it, vi } from 'vitest'
import { messageFor } from './failures'

afterEach(() => vi.unstubAllEnvs())

it('tells a defect of the program from a mistake of its user and from what the system refuses', () => {
  expect(messageFor(new InputError('The rate is -1; expected 0 or more.')).message).toBe(
    'The rate is -1; expected 0 or more.',
  )
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  })
  expect(messageFor(full).message).toBe('ENOSPC: no space left on device, write')
  const defect = messageFor(new TypeError('x is not a function\nat nowhere'))
  expect(defect.message).toMatch(/^unexpected failure: x is not a function.* This is a defect of the program/)
  expect(defect.message).not.toContain('\n')
  expect(defect.exitCode).toBe(1)
  expect(messageFor('thrown text').message).toMatch(/^unexpected failure: thrown text\./)
})

it('shows the stack to those who ask for it', () => {
  vi.stubEnv('TINT_DEBUG', '1')
  expect(messageFor(new TypeError('x is not a function')).message).toMatch(/\n\s+at /)
})
