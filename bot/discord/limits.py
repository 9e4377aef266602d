"""Discord's limits, each named once with its documentation's section, and ours that follow from them."""

# "Receiving and Responding to Interactions": the first answer, and how long an interaction's token works.
ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0

# "Channels Resource", Create Message and Embed Limits.
MESSAGE_CHARACTERS = 2_000
EMBED_DESCRIPTION_CHARACTERS = 4_096
EMBED_FIELD_CHARACTERS = 1_024

# "Webhook Resource", Create Webhook; "Channels Resource", Start Thread from Message.
WEBHOOK_NAME_CHARACTERS = 80
THREAD_NAME_CHARACTERS = 100

# "Component Reference", Text Display: of all texts of a layout together.
LAYOUT_CHARACTERS = 4_000

# "Application Commands", Autocomplete and Option Choice Structure.
CHOICES = 25
CHOICE_CHARACTERS = 100

# "Component Reference", File Upload.
FORM_FILES = 10

# "Rate Limits": 50 requests a second in all, and 5 edits of a message in 5 s.
REQUESTS_PER_SECOND = 50
SECONDS_BETWEEN_EDITS = 5.0

# Ours. What is ready within this time is sent directly; more would risk Discord's 3 s on a slow line.
DIRECT_ANSWER_SECONDS = 1.0
# Ours. Nothing is written for a token that will have expired; the last minute is for sending.
REQUEST_SECONDS = TOKEN_SECONDS - 60.0
# Ours. What was promised is told within this time, in a new message once the token has expired.
PROMISE_SECONDS = 3_600.0
# Ours: what a member may ask of an episode.
LEAST_LENGTH = 20  # characters
MOST_LENGTH = 4_000  # characters
LEAST_ORIGINALITY, MOST_ORIGINALITY = 6, 100  # words in a row that may be copied
MOST_TEMPERATURE = 2.0
MOST_SEED = 2**31 - 1
LINE_CHARACTERS = 1_000  # of a line to go on from; of longer ones the end counts
CAST_CHARACTERS = 600  # of a list of names
PLACE_CHARACTERS = 60
FACE_BYTES = 2_000_000  # of a character's picture
REPLAYED_PARTS = 80  # of a scene that is written again from its code
SCENE_CHARACTERS = (
    40_000  # of one scene that is continued again and again, or replayed, with its starting text
)
