# shellcheck shell=bash
# backup 和 restore 共用：读懂 DATABASE_URL。密码不出现在任何命令行里。

leftovers=()
trap '[ ${#leftovers[@]} = 0 ] || rm -rf "${leftovers[@]}"' EXIT

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

either() {
  command -v "$1" || command -v "$2" || fail "没有 $1，也没有 $2：先装上"
}

decoded() {
  [[ $1 != *\\* ]] || fail "DATABASE_URL 里不能有反斜杠"
  printf '%b' "${1//%/\\x}"
}

# read_address 地址 数据文件夹
# 设好 kind（sqlite、postgresql、mysql），和：SQLite 的 file；PostgreSQL 的 PG* 环境变量；MySQL 的 options 文件和 database。
read_address() {
  local address=${1:-sqlite:///$2/huaxin.db}
  case $address in
    sqlite:///*)
      kind=sqlite file=${address#sqlite:///}
      [[ $file != *\'* ]] || fail "SQLite 的路径里不能有引号"
      return ;;
    postgresql://* | postgresql+psycopg://*) kind=postgresql ;;
    mysql://* | mariadb://* | mysql+pymysql://* | mariadb+pymysql://*) kind=mysql ;;
    *) fail "DATABASE_URL 要以 sqlite:///、postgresql:// 或 mysql:// 开头" ;;
  esac
  local pattern='^[a-z+]+://(([^:@/]*)(:([^@/]*))?@)?([^:@/?]+)(:([0-9]+))?/([^/?]+)(\?.*)?$'
  [[ $address =~ $pattern ]] || fail "DATABASE_URL 看不懂：要 postgresql://用户:密码@主机:端口/库"
  local user password host port
  user=$(decoded "${BASH_REMATCH[2]}") password=$(decoded "${BASH_REMATCH[4]}")
  host=${BASH_REMATCH[5]} port=${BASH_REMATCH[7]} database=$(decoded "${BASH_REMATCH[8]}")
  if [ "$kind" = postgresql ]; then
    export PGHOST=$host PGPORT=${port:-5432} PGUSER=$user PGPASSWORD=$password PGDATABASE=$database
    return
  fi
  options=$(mktemp)
  leftovers+=("$options")
  local quoted=${password//\\/\\\\}
  printf '[client]\nprotocol=tcp\nhost=%s\nport=%s\nuser="%s"\npassword="%s"\n' \
    "$host" "${port:-3306}" "$user" "${quoted//\"/\\\"}" > "$options"
}
