"""Who may call what on the network."""
# One column a caller, in the order of CALLERS.  What is asked for is a case
# that "holder" holds, "sender" sent and "barred" (a lead) is barred from.
TABLE = """
GET  /healthz                       200 200 200 200 200 200 200 200 200 200
GET  /readyz                        200 200 200 200 200 200 200 200 200 200
GET  /metrics                       404 404 404 404 404 404 404 404 404 404
GET  /                              200 200 200 200 200 200 200 200 200 200
GET  /refer                         200 200 200 200 200 200 200 200 200 200
GET  /console/console.mjs           200 200 200 200 200 200 200 200 200 200
GET  /v1/openapi.json               200 200 200 200 200 200 200 200 200 200
POST /v1/referrals                  401 401 201 201 201 201 201 201 201 403
GET  /v1/referrals                  401 401 200 200 403 403 403 403 403 403
GET  /v1/referrals/reconciliation    401 401 400 400 403 403 403 403 403 403
GET  /v1/referrals/{in}             401 401 200 404 403 403 403 403 403 403
GET  /v1/referrals/{out}            401 401 404 200 403 403 403 403 403 403
POST /v1/referrals/withdraw         401 401 202 202 403 403 403 403 403 403
POST /v1/referrals/{in}/updates     401 401 201 404 403 403 403 403 403 403
GET  /v1/referrals/{in}/request     401 401 404 404 403 403 403 403 403 403
GET  /v1/referrals/{out}/request    401 401 404 200 403 403 403 403 403 403
POST /v1/referrals/{in}/accept      401 401 404 404 403 403 403 403 403 403
POST /v1/referrals/{out}/accept     401 401 404 200 403 403 403 403 403 403
POST /v1/referrals/{out}/refuse     401 401 404 200 403 403 403 403 403 403
POST /v1/referrals/{out}/complete   401 401 404 409 403 403 403 403 403 403
POST /v1/heartbeat                  401 401 204 204 403 403 403 403 403 403
GET  /v1/receipts/{in}              404 404 404 404 404 404 404 404 404 404
GET  /v1/refused                    401 401 403 403 403 403 200 200 403 403
GET  /v1/refused/{refused}          401 401 403 403 403 403 200 200 403 403
POST /v1/refused/{refused}/informant 401 401 403 403 403 403 200 200 403 403
POST /v1/session                    401 401 401 401 401 401 401 401 401 401
DELETE /v1/session                  401 401 403 403 409 409 409 409 409 409
POST /v1/me/password                401 401 403 403 422 422 422 422 422 422
POST /v1/me/totp                    401 401 403 403 201 201 201 201 201 201
POST /v1/me/totp/confirm            401 401 403 403 422 422 422 422 422 422
GET  /v1/me                         401 401 403 403 200 200 200 200 200 200
PATCH /v1/me                        401 401 403 403 200 200 200 200 200 200
GET  /v1/me/addresses               401 401 403 403 200 200 200 200 200 200
POST /v1/me/addresses               401 401 403 403 202 202 202 202 202 202
POST /v1/me/addresses/{none}/code   401 401 403 403 404 404 404 404 404 404
POST /v1/me/addresses/{none}/verify 401 401 403 403 404 404 404 404 404 404
DELETE /v1/me/addresses/{none}      401 401 403 403 404 404 404 404 404 404
GET  /v1/duty                       401 401 403 403 200 200 200 200 200 200
POST /v1/duty                       401 401 403 403 403 403 201 201 403 201
DELETE /v1/duty/{none}              401 401 403 403 403 403 404 404 403 404
GET  /v1/duty/gaps                  401 401 403 403 200 200 200 200 200 200
PUT  /v1/duty/rotations/chinh       401 401 403 403 403 403 204 204 403 204
DELETE /v1/duty/rotations/khong     401 401 403 403 403 403 404 404 403 404
POST /v1/duty/swaps                 401 401 403 403 201 422 201 201 201 201
POST /v1/duty/swaps/{none}/accept   401 401 403 403 404 404 404 404 404 404
POST /v1/duty/swaps/{none}/refuse   401 401 403 403 404 404 404 404 404 404
DELETE /v1/duty/swaps/{none}        401 401 403 403 404 404 404 404 404 404
GET  /v1/leave                      401 401 403 403 200 200 200 200 200 200
POST /v1/leave                      401 401 403 403 201 201 201 201 201 201
DELETE /v1/leave/{none}             401 401 403 403 404 404 404 404 404 404
GET  /v1/team                       401 401 403 403 200 200 200 200 200 200
PUT  /v1/team                       401 401 403 403 403 403 200 200 403 200
GET  /v1/members                    401 401 403 403 403 403 200 200 403 200
GET  /v1/bars                       401 401 403 403 403 403 200 200 403 403
GET  /v1/cases                      401 401 403 403 200 200 200 200 200 403
POST /v1/cases/search               401 401 403 403 200 200 200 200 200 403
GET  /v1/cases/{case}               401 401 403 403 200 200 200 404 404 404
GET  /v1/cases/{case}/timeline      401 401 403 403 200 200 200 404 404 404
POST /v1/cases/{case}/steps/N04/done 401 401 403 403 200 403 200 404 404 404
POST /v1/cases/{case}/steps/N07/agree 401 401 403 403 403 403 403 404 404 404
POST /v1/cases/{case}/steps/N07/oral 401 401 403 403 422 422 422 404 404 404
POST /v1/cases/{case}/steps/N07/outside 401 401 403 403 422 422 422 404 404 404
POST /v1/cases/{case}/risk          401 401 403 403 200 200 200 404 404 404
GET  /v1/cases/{case}/gate          401 401 403 403 200 200 200 404 404 404
POST /v1/cases/{case}/close         401 401 403 403 403 403 409 404 404 404
POST /v1/cases/{case}/reopen        401 401 403 403 403 403 409 404 404 404
GET  /v1/cases/{case}/plan          401 401 403 403 404 404 404 404 404 404
POST /v1/cases/{case}/plan/activities/7 401 401 403 403 404 404 404 404 404 404
POST /v1/cases/{case}/assign        401 401 403 403 403 403 200 404 404 404
POST /v1/cases/{case}/refer         401 401 403 403 201 403 201 404 404 404
POST /v1/cases/{case}/transfer      401 401 403 403 403 403 422 404 404 404
POST /v1/cases/{case}/whereabouts   401 401 403 403 200 200 200 404 404 404
POST /v1/cases/{case}/referrals/{none}/answer 401 401 403 403 404 403 404 404 404 404
GET  /v1/cases/{case}/bars          401 401 403 403 403 403 200 404 404 404
POST /v1/cases/{case}/bars          401 401 403 403 403 403 204 404 404 404
POST /v1/cases/{case}/bars/{bar}/clear 401 401 403 403 200 200 200 404 404 404
GET  /v1/cases/{case}/documents     401 401 403 403 200 200 200 404 404 404
POST /v1/cases/{case}/documents     401 401 403 403 201 201 201 404 404 404
GET  /v1/cases/{case}/documents/{document} 401 401 403 403 200 200 200 404 404 404
DELETE /v1/cases/{case}/documents/{document} 401 401 403 403 409 409 409 404 404 404
PUT  /v1/cases/{case}/documents/{document}/parts/1 401 401 403 403 422 422 422 404 404 404
GET  /v1/cases/{case}/documents/{document}/content 401 401 403 403 200 200 200 404 404 404
GET  /v1/cases/{case}/why           401 401 403 403 200 200 200 404 404 404
POST /v1/cases/{case}/escalate      401 401 403 403 403 403 422 404 404 404
POST /v1/cases/{case}/recuse        401 401 403 403 204 204 204 404 404 404
PATCH /v1/cases/{case}              401 401 403 403 422 422 422 404 404 404
GET  /v1/cases/{case}/corrections   401 401 403 403 200 200 200 404 404 404
GET  /v1/cases/{case}/forms         401 401 403 403 200 200 200 404 404 404
GET  /v1/cases/{case}/forms/{none}  401 401 403 403 404 404 404 404 404 404
PUT  /v1/cases/{case}/forms/{none}  401 401 403 403 404 404 404 404 404 404
GET  /v1/cases/{case}/notes         401 401 403 403 200 200 200 404 404 404
POST /v1/cases/{case}/notes         401 401 403 403 201 201 201 404 404 404
POST /v1/cases/{case}/notes/{none}/correct 401 401 403 403 404 404 404 404 404 404
GET  /v1/cases/{case}/readers       401 401 403 403 200 403 200 404 404 404
POST /v1/cases/{case}/informant     401 401 403 403 403 403 200 404 404 404
POST /v1/cases/{case}/links         401 401 403 403 422 422 422 404 404 404
POST /v1/cases/{case}/links/{none}/end 401 401 403 403 404 404 404 404 404 404
POST /v1/cases/{case}/attach        401 401 403 403 422 422 422 404 404 404
POST /v1/cases/{case}/merge         401 401 403 403 403 403 422 404 404 404
POST /v1/cases/{case}/unmerge       401 401 403 403 403 403 409 404 404 404
POST /v1/cases/{case}/split         401 401 403 403 403 403 201 404 404 404
GET  /v1/push                       401 401 403 403 404 404 404 404 404 404
GET  /v1/changes                    401 401 403 403 403 403 200 200 403 403
POST /v1/changes/{none}/approve     401 401 403 403 403 403 404 404 403 403
POST /v1/changes/{none}/withdraw    401 401 403 403 404 404 404 404 404 404
GET  /v1/phone-tasks                401 401 403 403 200 200 200 200 200 200
POST /v1/phone-tasks/{none}/done    401 401 403 403 404 404 404 404 404 404
GET  /v1/procedure                  401 401 403 403 200 200 200 200 200 200
GET  /v1/reports                    401 401 403 403 200 200 200 200 200 403
POST /v1/reports                    401 401 403 403 422 422 422 422 403 403
POST /v1/reports/{none}/done        401 401 403 403 404 404 404 404 403 403
GET  /v1/alerts                     401 401 403 403 200 200 200 200 200 200
GET  /v1/events?once=yes            401 401 403 403 200 200 200 200 200 200
POST /v1/alerts/{alert}/ack         401 401 403 403 200 404 200 404 404 404
GET  /a/{token}                     404 404 404 404 404 404 404 404 404 404
POST /a/{token}                     404 404 404 404 404 404 404 404 404 404
"""


def of_link(method, path, nobody):
    """What a create-only link gets: it sends; where nobody needs a key it is
    as nobody, and else it may not."""
    own = {("POST", "/v1/referrals"): 201, ("POST", "/v1/session"): 401}
    return own.get((method, path), 403 if nobody == 401 else nobody)
