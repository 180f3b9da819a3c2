import type { ChatEvent } from '../../src/protocol/events.ts'
import type { EventsFrame } from '../../src/protocol/frames.ts'

/** Returns the SDK's error for a failed post. A timeout has no status, only its name. */
export const failure = (status?: number, name = 'Unknown'): Error =>
  Object.assign(new Error(name), { name, $metadata: status === undefined ? {} : { httpStatusCode: status } })

/** Stands in for `@connections`: keeps everything that is posted, in order, unless `fault` makes the post fail. */
export class FakePost {
  readonly delivered: { connectionId: string; events: ChatEvent[]; bytes: number }[] = []
  readonly attempts: string[] = []
  /** Rejects, or throws, to make a post fail. */
  fault: (connectionId: string) => void | Promise<void> = () => {}

  readonly post = async (connectionId: string, frame: Uint8Array): Promise<void> => {
    this.attempts.push(connectionId)
    await this.fault(connectionId)
    const { events } = JSON.parse(Buffer.from(frame).toString()) as EventsFrame
    this.delivered.push({ connectionId, events, bytes: frame.length })
  }

  eventsOf(connectionId: string): ChatEvent[] {
    return this.delivered.filter((post) => post.connectionId === connectionId).flatMap(({ events }) => events)
  }

  /** Returns the contents of the messages, and the names of the other events, in the order of arrival. */
  heardBy(connectionId: string): string[] {
    return this.eventsOf(connectionId).map((event) => (event.event === 'message' ? event.content : event.event))
  }
}
