import * as z from 'zod/mini'
import { MAX_USERS } from './limits.ts'
import { describe, request } from './request-schema.ts'
import { Metadata } from './room-schema.ts'
import { EpochMs, ImageUrl, StoredUserId, UserId, UserName } from './scalars.ts'

/** The fields of a profile that can be changed. */
export const profileFields = {
  name: z.optional(UserName),
  imageUrl: z.optional(
    z
      .nullable(ImageUrl)
      .check(
        describe(
          'An `https://` URL of at most 1,024 characters, without a user name, blanks, quotation marks, `<`, `>` and ' +
            'backslashes; `null` removes it.',
        ),
      ),
  ),
  metadata: z.optional(Metadata),
}

export const Profile = z
  .object({
    userId: UserId,
    name: z.optional(UserName),
    imageUrl: z.optional(z.string()),
    metadata: z.optional(z.record(z.string(), z.unknown())),
    updatedAt: EpochMs.check(describe('When it was last changed.')),
    erased: z.optional(z.literal(true)),
  })
  .check(describe('A user as others see them.'))

export type Profile = z.infer<typeof Profile>

/** Actions on users' profiles. */
export const profileActions = {
  setProfile: {
    request: request(
      'setProfile',
      profileFields,
      "Changes the caller's own profile. Fields that are left out keep their values.",
    ),
    reply: z.object({ profile: Profile }),
  },
  getUsers: {
    request: request(
      'getUsers',
      { userIds: z.array(StoredUserId).check(z.minLength(1), z.maxLength(MAX_USERS)) },
      'Returns the profiles of users. Users without a profile are left out.',
    ),
    reply: z.object({
      users: z.array(Profile),
      left: z.optional(
        z
          .array(UserId)
          .check(describe('Usually absent. Ids whose profiles did not fit into the reply: request them again.')),
      ),
    }),
  },
} as const
