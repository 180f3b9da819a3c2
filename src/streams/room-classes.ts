import { raiseClass, type RoomClass } from '../entities/room-class.ts'

const MAX_REMEMBERED = 20_000

/** Stores how large rooms are, each time this process sees a new size. */
export class RoomClasses {
  readonly #noted = new Map<string, RoomClass>()

  /**
   * Stores the sizes. AP97.
   *
   * @param sizes as a fan-out has seen them
   */
  async note(sizes: ReadonlyMap<string, RoomClass>): Promise<void> {
    const news = [...sizes].filter(([chatRoomId, size]) => size !== 'small' && this.#noted.get(chatRoomId) !== size)
    await Promise.all(
      news.map(async ([chatRoomId, size]) => {
        if (size !== 'small') await raiseClass(chatRoomId, size)
        this.#noted.set(chatRoomId, size)
        if (this.#noted.size > MAX_REMEMBERED) this.#noted.delete(this.#noted.keys().next().value!)
      }),
    )
  }
}
