import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardFrameSize } from '../../../local/gateway/frame-size-guard.ts'
import { frame, TEXT, CONTINUATION, PING } from './frames.ts'

const LIMIT = 32_768

/**
 * Returns what the guard reports for these chunks: the number of messages before the oversize frame, if there was one.
 */
function oversizeIn(chunks: Buffer[]): number[] {
  const socket = new PassThrough()
  const reports: number[] = []
  guardFrameSize(socket, LIMIT, (messagesBefore) => reports.push(messagesBefore))
  for (const chunk of chunks) socket.emit('data', chunk)
  return reports
}

describe('guardFrameSize', () => {
  test.each([0, 1, 125, 126, 127, 65_535, 65_536])('reads a masked frame of %i bytes to its end', (bytes) => {
    const expected = bytes > LIMIT ? [0] : []
    expect(oversizeIn([frame(TEXT, bytes)])).toEqual(expected)
    const next = oversizeIn([Buffer.concat([frame(TEXT, Math.min(bytes, LIMIT)), frame(TEXT, LIMIT + 1)])])
    expect(next).toEqual([1])
  })

  test('lets a frame of exactly the limit pass', () => {
    expect(oversizeIn([frame(TEXT, LIMIT)])).toEqual([])
    expect(oversizeIn([frame(TEXT, LIMIT + 1)])).toEqual([0])
  })

  test('reports as soon as the header is in, before the payload', () => {
    const header = frame(TEXT, 100_000).subarray(0, 14)
    expect(oversizeIn([header.subarray(0, 13)])).toEqual([])
    expect(oversizeIn([header])).toEqual([0])
  })

  test('measures each fragment, not the message', () => {
    const half = LIMIT - 1
    const message = [frame(TEXT, half, { fin: false }), frame(CONTINUATION, half)]
    expect(oversizeIn(message)).toEqual([])
    expect(oversizeIn([frame(TEXT, 1, { fin: false }), frame(CONTINUATION, LIMIT + 1)])).toEqual([0])
  })

  test('counts whole messages only, without control frames', () => {
    const stream = [
      frame(TEXT, 5),
      frame(TEXT, 5, { fin: false }),
      frame(PING, 3),
      frame(CONTINUATION, 5),
      frame(TEXT, 5, { fin: false }),
      frame(CONTINUATION, LIMIT + 1),
    ]
    expect(oversizeIn(stream)).toEqual([2])
  })

  test('reports only the first oversize frame', () => {
    expect(oversizeIn([frame(TEXT, 40_000), frame(TEXT, 40_000)])).toEqual([0])
  })

  test('gives the same answer however the bytes are cut into chunks', () => {
    const bytes = Buffer.concat([
      frame(TEXT, 3),
      frame(TEXT, 200, { fin: false }),
      frame(PING, 0),
      frame(CONTINUATION, 130),
      frame(TEXT, 70_000),
    ])
    expect(oversizeIn([...bytes].map((byte) => Buffer.from([byte])))).toEqual([2])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const chunks = bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end))
        expect(oversizeIn(chunks)).toEqual([2])
      }),
    )
  })
})
