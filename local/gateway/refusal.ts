/** An upgrade that is refused with an HTTP status. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  constructor(
    readonly status: number,
    reason: string,
  ) {
    super(`unable to upgrade; ${reason}`)
  }
}
