import { expect, test } from 'vitest'
import type { ChatEvent } from '../../src/protocol/events.ts'
import type { EventsFrame } from '../../src/protocol/frames.ts'
import { type Frame, FramePacker } from '../../src/delivery/frame-packer.ts'
import { messageEvent } from '../support/message-event.ts'

const event = (seq: number, content: string) => messageEvent('general', seq, { content })

const LIMIT = 32_768
const ENVELOPE = '{"type":"events","events":[]}'.length
const sizeOf = (one: ChatEvent) => Buffer.byteLength(JSON.stringify(one))

/** Returns an event whose JSON has exactly this many bytes. */
const eventOf = (seq: number, bytes: number) => event(seq, 'x'.repeat(bytes - sizeOf(event(seq, ''))))

const read = (frame: Frame) => (JSON.parse(Buffer.from(frame.bytes).toString()) as EventsFrame).events

test('events that fit go into one frame, in order', () => {
  const events = [event(1, 'a'), event(2, 'b'), event(3, 'c')]
  const frames = new FramePacker().frames(events)
  expect(frames.map((frame) => frame.events)).toEqual([3])
  expect(JSON.parse(Buffer.from(frames[0]!.bytes).toString())).toEqual({ type: 'events', events })
})

test('no events make no frame', () => {
  expect(new FramePacker().frames([])).toEqual([])
})

test('a frame is filled to its last byte and not beyond', () => {
  const half = Math.floor((LIMIT - ENVELOPE - 1) / 2)
  const rest = LIMIT - ENVELOPE - 1 - half
  const [full] = new FramePacker().frames([eventOf(1, half), eventOf(2, rest)])
  expect([full!.events, full!.bytes.length]).toEqual([2, LIMIT])
  const split = new FramePacker().frames([eventOf(1, half), eventOf(2, rest + 1)])
  expect(split.map((frame) => frame.events)).toEqual([1, 1])
})

test('an event that is larger than a frame is sent alone, and its neighbours keep their places', () => {
  const events = [event(1, 'before'), eventOf(2, LIMIT + 1), event(3, 'after'), event(4, 'after')]
  const frames = new FramePacker().frames(events)
  expect(frames.map((frame) => frame.events)).toEqual([1, 1, 2])
  expect(frames.flatMap(read)).toEqual(events)
})

test('many events come in as few frames as fit, none lost, none out of order', () => {
  const events = Array.from({ length: 500 }, (_, i) => eventOf(i + 1, 300 + ((i * 37) % 700)))
  const frames = new FramePacker().frames(events)
  expect(frames.flatMap(read)).toEqual(events)
  expect(frames.every(({ bytes }) => bytes.length <= LIMIT)).toBe(true)
  // The first event of each next frame would not have fitted into the frame before it.
  for (const [i, next] of frames.slice(1).entries()) {
    expect(frames[i]!.bytes.length + 1 + sizeOf(read(next)[0]!)).toBeGreaterThan(LIMIT)
  }
})

test('sizes are counted in bytes, not in characters', () => {
  const events = Array.from({ length: 4 }, (_, i) => event(i, '€'.repeat(5_000)))
  expect(new FramePacker().frames(events).map((frame) => frame.events)).toEqual([2, 2])
})

test('connections that get the same events share the very same buffers', () => {
  const packer = new FramePacker()
  const events = [event(1, 'a'), event(2, 'b')]
  const [first] = packer.frames(events)
  const [again] = packer.frames([...events])
  const [other] = packer.frames(events.slice(1))
  expect(again!.bytes).toBe(first!.bytes)
  expect(read(other!)).toEqual(events.slice(1))
})
