import type { Feed } from './stream.ts'
import type { GatewayCalls } from './gateway.ts'
import { frameOf } from './message.ts'
import type { Child } from '../shared/rpc.ts'
import type { Member, WayCalls, WayUsage } from './variants/serve.ts'

export interface Room {
  chatRoomId: string
  members: readonly Member[]
}

/** A way with its processes, ready to be measured. */
export interface Contender {
  /** Of the process that is measured. */
  readonly pid: number
  /** Resolves when the function behind the send has answered. */
  send(room: Room, content: string): Promise<void>
  /** Resolves when nothing of what was sent is under way any more. */
  settled(): Promise<void>
  usage(): Promise<WayUsage>
  /** Drops whatever is under way. */
  drop(): Promise<void>
  end(): Promise<void>
}

/** A way whose functions run in a process of their own, with the table's stream when it has a function for it. */
export class FunctionContender implements Contender {
  #child: Child<WayCalls>

  private constructor(
    private readonly start: () => Promise<Child<WayCalls>>,
    child: Child<WayCalls>,
    private readonly feed?: Feed,
  ) {
    this.#child = child
    feed?.deliverTo((event) => this.#child.call('work', event))
  }

  static async begin(start: () => Promise<Child<WayCalls>>, feed?: Feed): Promise<FunctionContender> {
    return new FunctionContender(start, await start(), feed)
  }

  get pid(): number {
    return this.#child.pid
  }

  send({ chatRoomId }: Room, content: string): Promise<void> {
    return this.#child.call('send', { chatRoomId, content })
  }

  async settled(): Promise<void> {
    await this.feed?.idle()
  }

  usage(): Promise<WayUsage> {
    return this.#child.call('usage')
  }

  /** A fresh process goes on. */
  async drop(): Promise<void> {
    const dropped = this.feed?.drop()
    this.#child.kill()
    await dropped
    this.#child = await this.start()
    this.feed?.deliverTo((event) => this.#child.call('work', event))
  }

  async end(): Promise<void> {
    await this.#child.end()
  }
}

/** The floor: the gateway's process writes to its sockets itself. */
export class BroadcastContender implements Contender {
  constructor(private readonly gateway: Child<GatewayCalls>) {}

  get pid(): number {
    return this.gateway.pid
  }

  send({ chatRoomId, members }: Room, content: string): Promise<void> {
    const frame = frameOf(chatRoomId, content).toString()
    return this.gateway.call('broadcast', { frame, connections: members.length })
  }

  async settled(): Promise<void> {}

  async usage(): Promise<WayUsage> {
    const { cpuMs, peakMiB } = await this.gateway.call('usage')
    return { cpuMs, reads: 0, writes: 0, invocations: 0, peakMiB }
  }

  drop(): Promise<void> {
    return this.gateway.call('dropBroadcasts')
  }

  async end(): Promise<void> {}
}
