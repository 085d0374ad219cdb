# What a shell finds by looking into every folder that a secret is usually in.
. ./attempt.sh
found=
for place in /run/secrets/* "$HOME"/.ssh/* "$HOME"/.aws/* /root/.ssh/* /var/run/secrets/*/* "$1" "$2"; do
  if [ -r "$place" ]; then found="$found $place"; fi
done
if [ -n "$found" ]; then tell true "$found"; else tell false nothing; fi
