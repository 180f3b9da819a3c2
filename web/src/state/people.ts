import { type ChatClient, printableName, type Profile } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { lettersOf } from '../text/letters-of.ts'
import { LookAlikes } from './look-alikes.ts'
import { Store } from '../../../client/react/index.ts'

/** A user, as the page shows them. */
export interface Person {
  /** What they are called; the id of somebody without a name. */
  name: string
  /** Whether `name` is another one than the id. */
  isNamed: boolean
  /** Their picture, where this page may load it. */
  imageUrl: string | undefined
  /** The picture that their profile names, which may be one that this page must not load. */
  givenImageUrl: string | undefined
}

/** Of another id, such as one that somebody has put into the address, the server knows nothing. */
const USER_ID = /^[^\p{Noncharacter_Code_Point}\p{Surrogate}]{1,128}$/u

interface Options {
  client: Pick<ChatClient, 'user'>
  /** Loads the table of letters that look alike. */
  confusableKey: () => Promise<(name: string) => string>
  /** Pictures of other origins aren't loaded: the servers there would learn who looks at them. */
  imageOrigins: readonly string[]
}

/** What users are called: names are for people, ids for everything else. */
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

  /** Returns a user, always the same store. The profile is asked for at the first look. */
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

  /** What is known of a user by now; nobody is asked. */
  peek(userId: string): Person {
    return this.#known.get(userId)?.get() ?? this.#personOf(userId, undefined)
  }

  /** Somebody is shown: what is known of them for long is asked for again. */
  look(userId: string): void {
    if (USER_ID.test(userId)) void this.#client.user(userId).profile
  }

  /** The name in a text, with the id behind it where others are called like that: `Ada (ada2)`. */
  readonly textOf = (userId: string): string => {
    const { name } = this.of(userId).get()
    const hint = this.hintOf(userId)
    return hint === '' ? name : `${name} (${hint})`
  }

  /** What tells a user from those who look alike: their id, or its letters; empty when nobody does. */
  hintOf(userId: string): string {
    if (!this.alike.get().has(userId)) return ''
    const { isNamed } = this.of(userId).get()
    return [isNamed ? printableName(userId) : '', lettersOf(userId)].filter((text) => text !== '').join(' ')
  }

  /** Calls a listener whenever one of these users is called something else. Returns a function that ends it. */
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
