"""The words of made-up offices and people, in the language they write in."""

from __future__ import annotations

ADDRESS = "https://contoh.kpu.example"

NOTES = (
    "Dokumen ada di Subbagian Perencanaan, Data, dan Informasi; salinannya pada tautan bukti.",
    "Pelaksanaan terakhir dicatat dalam notula rapat bulan lalu.",
    "SK masih berlaku dan sesuai dengan pejabat saat ini.",
    "Sudah dibahas dalam rapat pleno; tindak lanjut dijadwalkan pada triwulan berikutnya.",
    "Dikerjakan oleh operator data bersama PPID, belum ada pedoman tertulis.",
    "Angka pada laporan triwulan dicocokkan dengan data yang terbit.",
    "Jaringan di kantor sering terputus pada jam kerja sehingga pemutakhiran tertunda.",
    "Mengikuti pedoman KPU RI; contoh pelaksanaan terlampir.",
)
CLAIMS = (
    "Kantor ini dibentuk setelah tahapan terakhir dan belum pernah merekapitulasi hasil.",
    "Rekapitulasi tahapan terakhir dilaksanakan oleh kantor induk sebelum pemekaran wilayah.",
)
EVIDENCE = (
    "Halaman 2–4, bagian jadwal dan penanggung jawab",
    "Berita acara bertanggal dan lampirannya",
    "SK beserta lampiran tugas",
    "Tangkapan layar laman dengan tanggal",
    "Laporan triwulan terakhir",
    "",
)
DRAFTS = (
    "antara level 2 dan 3",
    "sedang dibahas dengan Kasubbag",
    "3 (bila SK sudah ditandatangani)",
    "lihat lampiran",
)
OFFLINE = ("http://192.168.1.20/ppid/bukti.pdf", "file:///D:/PPID/bukti.pdf")

GIVEN = (
    "Agus", "Ahmad", "Andi", "Arif", "Ayu", "Bayu", "Budi", "Citra", "Dedi", "Dewi",
    "Dian", "Eka", "Fajar", "Fitri", "Hadi", "Indah", "Joko", "Kadek", "Lestari", "Made",
    "Maria", "Mega", "Nur", "Putri", "Rahmat", "Ratna", "Rina", "Siti", "Sri", "Taufik",
    "Umar", "Wahyu", "Wulan", "Yohanes", "Yuni", "Zainal",
)  # fmt: skip
FAMILY = (
    "Anggraini", "Firmansyah", "Gunawan", "Halim", "Hidayat", "Iskandar", "Kurniawan",
    "Lubis", "Maulana", "Nugroho", "Pasaribu", "Permata", "Pratama", "Purnomo", "Rahayu",
    "Ramadhan", "Saputra", "Sari", "Setiawan", "Siregar", "Suryani", "Susanto", "Utami",
    "Wenda", "Wibowo", "Yulianti",
)  # fmt: skip


def consequence_test(office: str, number: int, year: int) -> str:
    """The number of a made-up consequence test."""
    return f"Uji konsekuensi Nomor {number}/PK.01/{office.replace('.', '')}/{year} (contoh)"


def evidence_address(office: str, round_slug: str, key: str) -> str:
    """Where a made-up piece of evidence would lie; the name can never be registered."""
    return f"{ADDRESS}/{office}/{round_slug}/{key.lower().replace('/', '-')}.pdf"


LOWERED = (
    "Dokumen pada tautan hanya memuat rencana; pelaksanaannya belum terlihat.",
    "Praktiknya ada, tetapi belum tertulis dan belum rutin.",
    "SK yang dilampirkan sudah tidak berlaku pada periode ini.",
    "Bukti menunjukkan keadaan satu unit saja, belum seluruh kantor.",
)
UNPROVEN = (
    "Tidak ada tautan atau berkas; penjelasan saja belum cukup untuk level ini.",
    "Dokumen yang disebut dalam penjelasan tidak ditemukan.",
)
DISPUTES = (
    "SK terbaru berlaku sejak awal tahun; lihat lampiran kedua.",
    "Pelaksanaan dicatat dalam berita acara triwulan terakhir.",
    "Dokumen ada di laman kantor; tautan sebelumnya salah.",
)
ACCEPTED = (
    "Bukti baru dari kantor memuat pelaksanaan yang dimaksud.",
    "Berita acara yang dilampirkan cukup untuk level ini.",
)
UPHELD = (
    "Bukti baru tidak memuat periode yang dinilai.",
    "Keberatan kantor tidak disertai bukti.",
)
RETURNS = "Tautan bukti pada beberapa pertanyaan tidak dapat dibuka; mohon dilengkapi."
