import { addReaction } from '../actions/add-reaction.ts'
import { broadcastMessage } from '../actions/broadcast-message.ts'
import { deleteMessage } from '../actions/delete-message.ts'
import { editMessage } from '../actions/edit-message.ts'
import { followThread } from '../actions/follow-thread.ts'
import { removeReaction } from '../actions/remove-reaction.ts'
import { route } from '../route.ts'

/** Actions on a room's messages, except `sendMessage`, which has a function of its own. */
export const handler = route(broadcastMessage, editMessage, deleteMessage, addReaction, removeReaction, followThread)
