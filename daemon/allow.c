#include "allow.h"

#include "people.h"

#define R(name)	 (1u << ROLE_##name)
#define DECIDERS (R(lead) | R(chairman) | R(vice_chairman))
#define PARTNERS (R(police) | R(health) | R(school) | R(justice) | R(union))
#define TEAM	 (R(officer) | DECIDERS | PARTNERS)
#define NO_ROLE	 0u

/* What besides the role must hold. */
enum need {
	NEED_NOTHING,
	NEED_HOLDER, /* holds the case */
	NEED_OWN,    /* its own referral, an alert sent to it */
	NEED_PLAIN,  /* the case is not confidential */
	NEED_NO_LEAD,
};

static const struct rule {
	enum subject_kind kind;
	unsigned roles; /* any of them; NO_ROLE: none is needed */
	enum action what;
	enum need need;
} rules[] = {
    {BY_AGENCY, NO_ROLE, ACTION_referral_send, NEED_NOTHING},
    {BY_AGENCY, NO_ROLE, ACTION_referral_read, NEED_OWN},
    {BY_AGENCY, NO_ROLE, ACTION_referral_update, NEED_OWN},
    {BY_AGENCY, NO_ROLE, ACTION_referral_answer, NEED_OWN},

    {BY_MEMBER, TEAM, ACTION_case_list, NEED_NOTHING},
    {BY_MEMBER, TEAM, ACTION_case_read, NEED_HOLDER},
    {BY_MEMBER, R(officer), ACTION_case_read, NEED_PLAIN},
    {BY_MEMBER, DECIDERS, ACTION_case_read, NEED_NOTHING},
    {BY_MEMBER, TEAM, ACTION_case_act, NEED_HOLDER},
    {BY_MEMBER, R(officer), ACTION_case_act, NEED_PLAIN},
    {BY_MEMBER, DECIDERS, ACTION_case_act, NEED_NOTHING},
    {BY_MEMBER, R(chairman) | R(vice_chairman), ACTION_case_approve,
	NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_case_close, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_case_assign, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_case_escalate, NEED_NOTHING},
    {BY_MEMBER, TEAM, ACTION_case_refer, NEED_HOLDER},
    {BY_MEMBER, DECIDERS, ACTION_case_refer, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_case_bar, NEED_NOTHING},
    {BY_MEMBER, TEAM, ACTION_case_readers, NEED_HOLDER},
    {BY_MEMBER, DECIDERS, ACTION_case_readers, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_case_join, NEED_NOTHING},
    {BY_MEMBER, NO_ROLE, ACTION_alert_ack, NEED_OWN},
    {BY_MEMBER, TEAM, ACTION_alert_ack, NEED_HOLDER},
    {BY_MEMBER, DECIDERS, ACTION_alert_ack, NEED_NOTHING},
    {BY_MEMBER, TEAM, ACTION_referral_record, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_refused_list, NEED_NOTHING},
    {BY_MEMBER, TEAM, ACTION_report_read, NEED_NOTHING},
    {BY_MEMBER, R(officer) | DECIDERS, ACTION_report_act, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_report_decide, NEED_NOTHING},

    {BY_MEMBER, DECIDERS | R(admin), ACTION_duty_manage, NEED_NOTHING},
    {BY_MEMBER, R(admin), ACTION_admin, NEED_NOTHING},
    {BY_MEMBER, DECIDERS, ACTION_change_approve, NEED_NOTHING},

    {BY_LINK, NO_ROLE, ACTION_alert_ack, NEED_OWN},

    /* It sends, and reads what its receipt is of: nothing else. */
    {BY_FORM, NO_ROLE, ACTION_referral_send, NEED_NOTHING},
    {BY_FORM, NO_ROLE, ACTION_referral_read, NEED_OWN},

    {BY_ADMIN, NO_ROLE, ACTION_admin, NEED_NOTHING},
    {BY_ADMIN, NO_ROLE, ACTION_duty_manage, NEED_NOTHING},
    {BY_ADMIN, NO_ROLE, ACTION_case_list, NEED_NOTHING},
    {BY_ADMIN, NO_ROLE, ACTION_alert_ack, NEED_NOTHING},
    {BY_ADMIN, NO_ROLE, ACTION_referral_record, NEED_NOTHING},
    {BY_ADMIN, NO_ROLE, ACTION_refused_list, NEED_NOTHING},
};

/*
 * What may be seen of a case by those who may read it.  Nobody but members of
 * the team sees any of it: not the admin, not an agency, not a link.
 */
static const struct field_rule {
	enum case_field field;
	unsigned roles;
	enum need need;
} field_rules[] = {
    {SEE_facts, TEAM, NEED_NOTHING},
    {SEE_child, TEAM, NEED_NOTHING},
    {SEE_persons, TEAM, NEED_NOTHING},
    {SEE_narrative, TEAM, NEED_NOTHING},
    {SEE_documents, TEAM, NEED_NOTHING},
    /* A school or a health station may be where that person works. */
    {SEE_alleged, R(officer) | DECIDERS | R(police) | R(justice), NEED_NOTHING},
    /* D56 24.1: the secret of who told it, and of whoever took it in. */
    {SEE_informant, R(lead), NEED_NOTHING},
    {SEE_informant, R(chairman) | R(vice_chairman), NEED_NO_LEAD},
    {SEE_informant, TEAM, NEED_OWN},
    {SEE_bars, R(officer) | DECIDERS, NEED_NOTHING},
};

static bool
is_met(enum need need, const struct object *o)
{
	const bool met[] = {
	    [NEED_NOTHING] = true,
	    [NEED_HOLDER] = o->is_holder,
	    [NEED_OWN] = o->is_own,
	    [NEED_PLAIN] = !o->is_confidential,
	    [NEED_NO_LEAD] = o->has_no_lead,
	};

	return met[need];
}

static bool
may_do(const struct subject *s, enum action a, const struct object *o)
{
	for (size_t i = 0; i < NELEM(rules); i++) {
		const struct rule *r = &rules[i];

		if (r->kind == s->kind && r->what == a &&
		    (r->roles == NO_ROLE || (r->roles & s->roles) != 0) &&
		    is_met(r->need, o))
			return true;
	}
	return false;
}

static bool
may_see(const struct subject *s, const struct object *o, enum case_field f)
{
	if (s->kind != BY_MEMBER)
		return false;
	for (size_t i = 0; i < NELEM(field_rules); i++) {
		const struct field_rule *r = &field_rules[i];

		if (r->field == f && (r->roles & s->roles) != 0 &&
		    is_met(r->need, o))
			return true;
	}
	return false;
}

bool
allow(const struct subject *s, enum action a, const struct object *o,
    enum case_field f)
{
	if (o->is_barred || !may_do(s, a, o))
		return false;
	return f == SEE_thing || may_see(s, o, f);
}
