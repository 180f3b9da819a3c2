import { type ChatClient, printableName, type Profile } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { lettersOf } from '../text/letters-of.ts'
import { LookAlikes } from './look-alikes.ts'
import { Store } from '../../../client/react/index.ts'

/** A user, as the page shows them. */
export interface Person {
  /** The user's name, or the id if they have none. */
  name: string
  /** Whether `name` differs from the id. */
  isNamed: boolean
  /** The user's picture, if this page may load it. */
  imageUrl: string | undefined
  /** The picture in the user's profile, which this page may not be allowed to load. */
  givenImageUrl: string | undefined
}

/** The ids that the server accepts. Any text may be in the page's address. */
const USER_ID = /^[^\p{Noncharacter_Code_Point}\p{Surrogate}]{1,128}$/u

interface Options {
  client: Pick<ChatClient, 'user'>
  /** Loads the table of letters that look alike. */
  confusableKey: () => Promise<(name: string) => string>
  /** Pictures of other origins aren't loaded, because the servers there would learn who views them. */
  imageOrigins: readonly string[]
}

/** The names and pictures of users. Names are only shown; everything else uses ids. */
export class People {
  /** Users whose names look like another's, or like another's id. */
  readonly alike: LookAlikes
  readonly imageOrigins: readonly string[]
  readonly #client: Pick<ChatClient, 'user'>
  readonly #known = new Map<string, Store<Person>>()

  constructor({ client, confusableKey, imageOrigins }: Options) {
    this.#client = client
    this.imageOrigins = imageOrigins
    this.alike = new LookAlikes(confusableKey)
  }

  /** Returns a user, always the same store. The profile is requested when it is first used. */
  of(userId: string): Store<Person> {
    const known = this.#known.get(userId)
    if (known) return known
    const person = new Store(this.#personOf(userId, undefined))
    this.#known.set(userId, person)
    if (!USER_ID.test(userId)) return person
    const user = this.#client.user(userId)
    person.set(this.#personOf(userId, user.profile))
    this.#compare(userId, person)
    user.on('change', (profile) => {
      person.set(this.#personOf(userId, profile))
      this.#compare(userId, person)
    })
    return person
  }

  /** Returns what is known about a user, without a request. */
  peek(userId: string): Person {
    return this.#known.get(userId)?.get() ?? this.#personOf(userId, undefined)
  }

  /** Called when a user is shown: requests their profile again if it is old. */
  look(userId: string): void {
    if (USER_ID.test(userId)) void this.#client.user(userId).profile
  }

  /** Returns a user's name for a text, followed by the id if another user's name looks the same: `Ada (ada2)`. */
  readonly textOf = (userId: string): string => {
    const { name } = this.of(userId).get()
    const hint = this.hintOf(userId)
    return hint === '' ? name : `${name} (${hint})`
  }

  /** Returns what tells a user apart from those with a similar name: the id or its letters; empty if there are none. */
  hintOf(userId: string): string {
    if (!this.alike.get().has(userId)) return ''
    const { isNamed } = this.of(userId).get()
    return [isNamed ? printableName(userId) : '', lettersOf(userId)].filter((text) => text !== '').join(' ')
  }

  /** Calls a listener whenever the name of one of these users changes. Returns a function that stops this. */
  follow(userIds: readonly string[], listener: () => void): () => void {
    const ends = [this.alike, ...userIds.map((userId) => this.of(userId))].map(({ subscribe }) => subscribe(listener))
    return () => {
      for (const end of ends) end()
    }
  }

  #compare(userId: string, person: Store<Person>): void {
    this.alike.add(userId, person.get().name, printableName(userId))
  }

  #personOf(userId: string, profile: Profile | undefined): Person {
    const id = printableName(userId) || '?'
    const name = profile?.erased ? words.deletedUser : printableName(profile?.name ?? '') || id
    const { imageUrl } = profile ?? {}
    return {
      name,
      isNamed: name !== id,
      imageUrl: this.#mayLoad(imageUrl) ? imageUrl : undefined,
      givenImageUrl: imageUrl,
    }
  }

  #mayLoad(url: string | undefined): boolean {
    return url !== undefined && URL.canParse(url) && this.imageOrigins.includes(new URL(url).origin)
  }
}
