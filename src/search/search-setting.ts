import { oneOf, optional } from '../env.ts'

/** Whether messages are indexed and can be searched. The index costs more than the messages themselves. */
export const isSearchOn = optional('SEARCH', oneOf('on', 'off')) === 'on'
