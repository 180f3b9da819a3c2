import type { Child } from '../shared/rpc.ts'
import type { GatewayCalls } from './gateway.ts'
import { frameOf } from './message.ts'
import type { Stream } from './stream.ts'
import type { Member, VariantCalls, VariantUsage } from './variants/serve.ts'

export interface Room {
  chatRoomId: string
  members: readonly Member[]
}

/** A variant with its processes, ready to be measured. */
export interface Runner {
  /** Id of the process that is measured. */
  readonly pid: number
  /** Resolves when the function behind the send has returned. */
  send(room: Room, content: string): Promise<void>
  /** Resolves when earlier sends have no work left. */
  settled(): Promise<void>
  usage(): Promise<VariantUsage>
  /** Drops the work that is in flight. */
  drop(): Promise<void>
  end(): Promise<void>
}

/** Runs functions in a process of their own. Passes them the table's stream if they have a function for it. */
export class FunctionRunner implements Runner {
  #child: Child<VariantCalls>

  private constructor(
    private readonly start: () => Promise<Child<VariantCalls>>,
    child: Child<VariantCalls>,
    private readonly stream?: Stream,
  ) {
    this.#child = child
    stream?.deliverTo((event) => this.#child.call('work', event))
  }

  static async begin(start: () => Promise<Child<VariantCalls>>, stream?: Stream): Promise<FunctionRunner> {
    return new FunctionRunner(start, await start(), stream)
  }

  get pid(): number {
    return this.#child.pid
  }

  send({ chatRoomId }: Room, content: string): Promise<void> {
    return this.#child.call('send', { chatRoomId, content })
  }

  async settled(): Promise<void> {
    await this.stream?.idle()
  }

  usage(): Promise<VariantUsage> {
    return this.#child.call('usage')
  }

  /** Kills the process and starts a new one. */
  async drop(): Promise<void> {
    const dropped = this.stream?.drop()
    this.#child.kill()
    await dropped
    this.#child = await this.start()
    this.stream?.deliverTo((event) => this.#child.call('work', event))
  }

  async end(): Promise<void> {
    await this.#child.end()
  }
}

/** The floor: the gateway's process writes to its sockets itself. */
export class BroadcastRunner implements Runner {
  constructor(private readonly gateway: Child<GatewayCalls>) {}

  get pid(): number {
    return this.gateway.pid
  }

  send({ chatRoomId, members }: Room, content: string): Promise<void> {
    const frame = frameOf(chatRoomId, content).toString()
    return this.gateway.call('broadcast', { frame, connections: members.length })
  }

  async settled(): Promise<void> {}

  async usage(): Promise<VariantUsage> {
    const { cpuMs, peakMiB } = await this.gateway.call('usage')
    return { cpuMs, reads: 0, writes: 0, invocations: 0, peakMiB }
  }

  drop(): Promise<void> {
    return this.gateway.call('dropBroadcasts')
  }

  async end(): Promise<void> {}
}
