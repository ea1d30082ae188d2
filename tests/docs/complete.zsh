# SPDX-License-Identifier: Apache-2.0
#
# Prints what zsh offers at the end of a line: complete.zsh FOLDER LINE SECONDS. An interactive shell on
# a terminal of its own is needed, since completion lives in the line editor only.

zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell "zstyle ':completion:*' verbose no; zstyle ':completion:*' list-prompt ''"
zpty -w shell "LISTMAX=1000 COLUMNS=200 LINES=500; bindkey '^I' list-choices; print -r REA''DY"
while zpty -r shell row && [[ $row != *READY* ]]; do :; done
zpty -n -w shell "$2"$'\t'
sleep $3
zpty -w shell $'\C-u'"print -r DO''NE"
while zpty -r shell row; do
    print -r -- "$row"
    [[ $row != *DONE* ]] || break
done
zpty -d shell
