curl -s "https://subtext.example/v1/scenes?character=her-2013-samantha&presence=voice&limit=5"
