import { describe, expect, it } from 'vitest'
import { parseUntrustedJson, shown } from './json-text'

describe('parseUntrustedJson', () => {
  it.each([
    '{"a":[1,"]}",{"a":"\\\\"}],"\\"":null}',
    ' [ ] ',
    '"\\\\"',
    '7',
    `${'['.repeat(128)}${']'.repeat(128)}`,
    '{"a":{"x":1},"b":{"x":1}}',
    '{"__proto__":1,"constructor":2}',
    '["a","a"]',
  ])('reads %s', (text) => {
    expect(parseUntrustedJson(text)).toEqual({ value: JSON.parse(text) })
  })

  it.each([
    ['nothing', '', /^is not valid JSON/],
    ['a text without an end', '{"a":"b', /^is not valid JSON/],
    ['a text that ends in an escape', '"\\"', /^is not valid JSON/],
    ['several lines', '{\n"a":\n}', /^is not valid JSON \(.*\)$/],
    ['too many levels', `${'['.repeat(129)}${']'.repeat(129)}`, /^has more than 128 levels of nesting$/],
    ['levels without an end', '['.repeat(1e6), /^has more than 128 levels of nesting$/],
    ['levels of both kinds', '{"a":['.repeat(65), /^has more than 128 levels of nesting$/],
    ['too many lists', `[${'[],'.repeat(1e6)}[]]`, /^has more than 1000000 lists and objects$/],
    ['too many numbers', `[${'0,'.repeat(4e6)}0,0]`, /^has more than 4000000 values$/],
    ['a name twice', '{"a":{"b":1,"\\u0062":2}}', /^has the name "b" twice inside "a", expected once$/],
    ['a name twice behind a list', '[{"x":[{"x":1}],"x":2}]', /^has the name "x" twice, expected once$/],
  ])('tells of %s', (_, text, problem) => {
    expect(parseUntrustedJson(text)).toEqual({ problem: expect.stringMatching(problem) })
  })

  it('takes brackets in texts for letters', () => {
    const text = JSON.stringify({ [`${'['.repeat(500)}"\\`]: `${'{'.repeat(500)}\\"` })
    expect(parseUntrustedJson(text)).toEqual({ value: JSON.parse(text) })
  })
})

describe('shown', () => {
  it('cuts what is long', () => {
    expect(shown({ a: 1 })).toBe('{"a":1}')
    expect(shown('x'.repeat(100))).toBe(`"${'x'.repeat(79)}...`)
    expect(shown(undefined)).toBe('undefined')
  })
})
