// The street's pages: next to nothing. The signature's library comes only when there is a field for it.
import './focus.js';
import './once.js';
import './signature.js';
import './toasts.js';
import './typed.js';
