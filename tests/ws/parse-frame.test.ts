import * as z from 'zod/mini'
import { describe, expect, test } from 'vitest'
import { InvalidRequest, TooLarge } from '../../src/errors.ts'
import { Content } from '../../src/protocol/scalars.ts'
import { type Envelope, parseFrame, readFrame } from '../../src/ws/parse-frame.ts'

const schema = z.strictObject({ content: Content, list: z.optional(z.array(z.int())) })

describe('readFrame', () => {
  test('fills the envelope even when it then refuses the frame', () => {
    const envelope: Envelope = {}
    const body = '{"action":"ping","requestId":"q","deep":[{"__proto__":{}}]}'
    expect(() => readFrame(body, envelope)).toThrow(InvalidRequest)
    expect(envelope).toEqual({ action: 'ping', requestId: 'q' })
  })

  test.each([undefined, '', ' ', '{', 'undefined', 'NaN', '\ufeff{}'])('refuses %j as not JSON', (body) => {
    expect(() => readFrame(body, {})).toThrow('unable to read the frame; it is not JSON')
  })

  test('takes an escaped __proto__ for what it is', () => {
    expect(() => readFrame('{"\\u005f_proto__":1}', {})).toThrow('__proto__ is not a key')
  })

  test('lets constructor and prototype through to the schema, which knows no such keys', () => {
    expect(readFrame('{"constructor":{"prototype":1}}', {})).toHaveProperty('constructor', { prototype: 1 })
  })

  test('takes the last of two equal keys for both the echo and the frame', () => {
    const envelope: Envelope = {}
    expect(readFrame('{"action":"ping","action":"sync"}', envelope)).toEqual({ action: 'sync' })
    expect(envelope).toEqual({ action: 'sync' })
  })
})

describe('parseFrame', () => {
  test('returns the frame', () => {
    expect(parseFrame({ content: 'hello' }, schema)).toEqual({ content: 'hello' })
  })

  test('tells path and problem in words', () => {
    expect(problemsOf({ content: 'hello', list: [1, 'two'] })).toEqual([
      { path: 'list.1', problem: 'Invalid input: expected number, received string' },
    ])
    expect(problemsOf({ content: 'hello', more: 1 })).toEqual([{ path: '', problem: 'Unrecognized key: "more"' }])
  })

  test('tells ten problems of many', () => {
    const problems = problemsOf({ content: 'hello', list: Array.from({ length: 50 }, () => 'no') })
    expect(problems.map(({ path }) => path)).toEqual(Array.from({ length: 10 }, (_, i) => `list.${i}`))
  })

  test('says too large when that is the only fault', () => {
    expect(() => parseFrame({ content: 'x'.repeat(16_385) }, schema)).toThrow(TooLarge)
    expect(() => parseFrame({ content: 'x'.repeat(16_385), more: 1 }, schema)).toThrow(InvalidRequest)
  })
})

function problemsOf(frame: Record<string, unknown>) {
  try {
    parseFrame(frame, schema)
  } catch (error) {
    if (error instanceof InvalidRequest) return error.details
    throw error
  }
  throw new Error('the frame was accepted')
}
