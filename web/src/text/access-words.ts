import type { Access } from '../../../client/index.ts'

interface Words {
  name: string
  /** What it means for those who are not in the room. */
  meaning: string
  /** Whether somebody who leaves can come back. */
  afterLeaving: string
}

/** What the page says about who may enter a room. */
export const accessWords: Record<Access, Words> = {
  private: {
    name: 'Private',
    meaning: 'Only who is added, or has an invite, can enter. Others do not see that it exists.',
    afterLeaving: 'Only who is added again, or has an invite, can come back.',
  },
  link: {
    name: 'By link',
    meaning: 'Whoever knows its link or id can enter. It is listed nowhere.',
    afterLeaving: 'Whoever knows its id can join it again.',
  },
  public: {
    name: 'Public',
    meaning: 'Anybody can find it and enter.',
    afterLeaving: 'Anybody can join it again.',
  },
  direct: { name: 'Direct', meaning: 'Only its two can read it.', afterLeaving: 'Only its two can enter.' },
}

/** What a user may choose, the safest first. */
export const accessChoices = ['private', 'link', 'public'] as const
