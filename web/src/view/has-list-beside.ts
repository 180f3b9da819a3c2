/**
 * The query for screens with room for the list beside the conversation. Smaller ones show one of the two, and begin
 * with the list.
 */
export const HAS_LIST_BESIDE = '(min-width: 721px)'
