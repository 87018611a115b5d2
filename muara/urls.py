"""Every address, by audience; each view is a function in the module of its audience."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from muara.web import (
    accounts,
    coordination,
    desk,
    files,
    filling,
    handing_in,
    information,
    office,
    paper,
    portal,
    public,
    resumable,
    tasks,
    visits,
    wordings,
)

urlpatterns = [
    # public
    path("", public.home, name="home"),
    path("layanan/<slug:slug>/", public.service, name="service"),
    path("layanan/<slug:slug>/formulir/<slug:code>.pdf", files.form, name="form"),
    path("layanan/<slug:slug>/standar/", information.service_standard, name="service_standard"),
    path("layanan/<slug:slug>/sop/", information.sop_book, name="sop_book"),
    path("layanan/<slug:slug>/cek-mandiri/", information.self_check, name="self_check"),
    path("privasi/", information.privacy, name="privacy"),
    path("layar/", information.touchscreen, name="touchscreen"),
    path("layar/keluar/", information.leave_touchscreen, name="leave_touchscreen"),
    path("izin/", public.verify_permit, name="verify_permit"),
    path("izin/<str:token>/", public.permit, name="permit"),
    path("sehat/", public.health, name="health"),
    # accounts
    path("akun/masuk/", account.login, name="account_login"),
    path("akun/keluar/", account.logout, name="account_logout"),
    path("akun/daftar/", account.signup, name="account_signup"),
    path("akun/nonaktif/", account.account_inactive, name="account_inactive"),
    path("akun/sandi/", account.password_change, name="account_change_password"),
    path("akun/sandi/atur/", account.password_set, name="account_set_password"),
    path("akun/lupa/", account.password_reset, name="account_reset_password"),
    path("akun/lupa/terkirim/", account.password_reset_done, name="account_reset_password_done"),
    re_path(  # the key holds a dash of its own
        r"^akun/lupa/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "akun/lupa/selesai/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("akun/surel/", account.email, name="account_email"),
    path("akun/surel/terkirim/", account.email_verification_sent, name="account_email_verification_sent"),
    path("akun/surel/konfirmasi/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("akun/sandi-lagi/", account.reauthenticate, name="account_reauthenticate"),
    path("akun/", accounts.overview, name="account"),
    path("akun/pengaman/", second_factor.index, name="mfa_index"),
    path("akun/pengaman/aktifkan/", totp.activate_totp, name="mfa_activate_totp"),
    path("akun/pengaman/matikan/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("akun/pengaman/kode/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("akun/pengaman/kode/buat/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("akun/pengaman/kode/unduh/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("akun/masuk/kode/", second_factor.authenticate, name="mfa_authenticate"),
    path("akun/sandi-lagi/kode/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    # the applicant's portal
    path("permohonan/", portal.applications, name="portal"),
    path("permohonan/baru/", portal.start, name="start_application"),
    path("permohonan/<str:reference>/", portal.application, name="application"),
    path("permohonan/<str:reference>/bagian/<slug:section>/", filling.section, name="application_section"),
    path(
        "permohonan/<str:reference>/berkas/<int:requirement>/", handing_in.upload, name="application_upload"
    ),
    path(
        "permohonan/<str:reference>/berkas/tarik/<int:pk>/", handing_in.withdraw, name="withdraw_attachment"
    ),
    path("permohonan/<str:reference>/kirim/", portal.submit, name="submit_application"),
    path("permohonan/<str:reference>/jawab/", portal.answer, name="answer_correction"),
    path("permohonan/<str:reference>/penarikan/", portal.withdraw_case, name="withdraw_application"),
    path("permohonan/<str:reference>/terima/", portal.receive, name="confirm_receipt"),
    path("permohonan/<str:reference>/peninjauan/<int:pk>/", visits.answer_visit, name="answer_visit"),
    path("unggah/", resumable.begin, name="begin_upload"),
    path("unggah/<str:key>/", resumable.piece, name="upload_piece"),
    path("pertanyaan/", portal.questions, name="questions"),
    # the officer's desk
    path("meja/", desk.desk, name="desk"),
    path("meja/tugas/<int:pk>/", tasks.task, name="task"),
    path("meja/tugas/<int:pk>/terima/", tasks.take_over, name="take_over"),
    path("meja/tugas/<int:pk>/<slug:act>/", tasks.task_act, name="task_act"),
    path("meja/berkas/", desk.cases, name="cases"),
    path("meja/berkas/<int:pk>/", desk.case, name="case"),
    path("meja/berkas/<int:pk>/ringkasan.pdf", files.case_summary, name="case_summary"),
    path("meja/berkas/<int:pk>/perbaikan/<int:number>/", desk.correction, name="correction"),
    path("meja/berkas/<int:pk>/lembar-pengendali.pdf", files.control_sheet, name="control_sheet"),
    path("meja/berkas/<int:pk>/bukti-awal.pdf", files.first_proof, name="first_proof"),
    path("meja/belum-diambil/", desk.uncollected, name="uncollected"),
    path("meja/register/", desk.registers, name="registers"),
    path("meja/register/<slug:service>/<slug:key>/", desk.register, name="register"),
    path(
        "meja/register/<slug:service>/<slug:key>/<int:year>.pdf",
        files.number_register,
        name="number_register",
    ),
    path("meja/konsultasi/", desk.consultations, name="consultations"),
    path("meja/konsultasi/baru/", desk.new_consultation, name="new_consultation"),
    path("meja/konsultasi/<int:pk>/", desk.consultation, name="consultation"),
    path("meja/berkas/<int:pk>/pemantauan.pdf", coordination.monitoring_form, name="monitoring_form"),
    path("meja/penyerahan/", coordination.deliveries, name="deliveries"),
    path("meja/penyerahan/<int:pk>/daftar.pdf", coordination.delivery_list, name="delivery_list"),
    path("meja/pemantauan/", coordination.monitoring, name="monitoring"),
    path("meja/pertanyaan/<int:pk>/", coordination.question, name="question"),
    path("meja/berkas-berjalan/", paper.running_cases, name="running_cases"),
    path("meja/berkas-berjalan/<str:reference>/", paper.running_case, name="running_case"),
    path("meja/pemohon/baru/", desk.start_on_behalf, name="start_on_behalf"),
    # files, each through its owner's permission
    path("lampiran/<int:pk>/", files.attachment, name="attachment"),
    path("lampiran/<int:pk>/halaman/<int:page>.png", files.attachment_page, name="attachment_page"),
    path("surat/<int:pk>.pdf", files.letter, name="letter"),
    path("surat/<int:pk>/halaman/<int:page>.png", files.letter_page, name="letter_page"),
    path("pindaian/<int:case>/<str:sha256>/", files.scan, name="scan"),
    path("pindaian/<int:case>/<str:sha256>/<int:page>.png", files.scan_page, name="scan_page"),
    path("meja/susunan-kata/", wordings.wordings, name="wordings"),
    path("meja/susunan-kata/<slug:service>/<slug:kind>/", wordings.wording, name="wording"),
    # administration
    path("kantor/", office.index, name="office"),
    path("kantor/identitas/", office.identity, name="office_identity"),
    path("kantor/opd/", office.agencies, name="agencies"),
    path("kantor/opd/baru/", office.new_agency, name="new_agency"),
    path("kantor/opd/<int:pk>/", office.agency, name="agency"),
    path("kantor/opd/<int:pk>/paraf/", office.signers, name="signers"),
    path("kantor/pengguna/", office.users, name="users"),
    path("kantor/pengguna/baru/", office.new_user, name="new_user"),
    path("kantor/pengguna/<int:pk>/", office.user, name="user"),
    path("kantor/pengguna/<int:pk>/tautan/", office.invite, name="invite"),
    path("kantor/pengguna/<int:pk>/pengaman/", office.remove_second_factor, name="remove_second_factor"),
    path("kantor/pengguna/<int:pk>/pelaksana/", office.grant, name="grant"),
    path("kantor/pelaksana/<int:pk>/akhiri/", office.end_holding, name="end_holding"),
    path("kantor/nomor/", office.series, name="series"),
    path("kantor/nomor/<slug:service>/<slug:key>/", office.edit_series, name="edit_series"),
    path("kantor/ketentuan/", office.settings_page, name="office_settings"),
    path("kantor/kalender/", office.calendar, name="calendar"),
    path("kantor/kalender/<int:pk>/hapus/", office.remove_day, name="remove_day"),
]
handler403 = "muara.web.public.forbidden"
handler404 = "muara.web.public.not_found"
handler500 = "muara.web.public.broken"
