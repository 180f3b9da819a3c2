/** Import this first: it switches search on for the actions of this file's tests. */
process.env.SEARCH = 'on'
