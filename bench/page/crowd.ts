import type { Runtime } from '../../local/runtime.ts'
import { landscape } from '../../scripts/shared/landscape.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { sendForm } from '../../scripts/shared/send-form.ts'

const REACTIONS = ['👍', '🎉', '❤️', '😂', '👀']

/** Other members of a room, who say and do things in it. */
export class Crowd {
  readonly #members: readonly RawClient[]
  readonly #room: string
  #said = 0
  #turn = 0

  private constructor(members: readonly RawClient[], room: string) {
    this.#members = members
    this.#room = room
  }

  static async of(chat: Runtime, room: string, userIds: readonly string[]): Promise<Crowd> {
    const members = await Promise.all(
      userIds.map(async (userId) => {
        const client = await RawClient.open(chat.wsUrl, await chat.token(userId))
        await client.request({ action: 'sync' })
        return client
      }),
    )
    return new Crowd(members, room)
  }

  /** Says as many things as there are members, and returns the last. */
  async say(): Promise<string> {
    const contents = this.#members.map(
      () => `said ${String(++this.#said)} ${'and some words more '.repeat(this.#said % 5)}`,
    )
    await Promise.all(
      this.#members.map((member, i) =>
        member.request({ action: 'sendMessage', chatRoomId: this.#room, content: contents[i] }),
      ),
    )
    this.#forget()
    return contents.at(-1)!
  }

  async react(seq: number): Promise<void> {
    const reaction = REACTIONS[this.#turn++ % REACTIONS.length]!
    const member = this.#members[this.#turn % this.#members.length]!
    await member.request({ action: 'addReaction', chatRoomId: this.#room, seq, reaction })
  }

  async showPicture(): Promise<void> {
    const picture = landscape(320, 160 + (this.#turn++ % 4) * 80)
    const form = await this.#members[0]!.request<'handleFileUpload'>({
      action: 'handleFileUpload',
      chatRoomId: this.#room,
      fileName: 'hills.png',
      contentType: 'image/png',
      size: picture.length,
    })
    const { status } = await sendForm(form, Uint8Array.from(picture))
    if (status !== 204) throw new Error(`unable to send a picture; the form was refused with ${String(status)}`)
  }

  async leave(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()))
  }

  /** Their clients keep what they receive, which this process has no room for. */
  #forget(): void {
    for (const { events, frames } of this.#members) events.length = frames.length = 0
  }
}
