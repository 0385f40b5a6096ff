using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Tests.Data;

internal sealed class RowsTests
{
    private const string User = """{"role":"user","content":"q"}""";
    private const string Good = """{"role":"assistant","content":"good"}""";
    private const string Bad = """{"role":"assistant","content":"bad"}""";

    [TestCase("""{"prompt":"q","chosen":"a","rejected":"b"}""", "plain text")]
    [TestCase($$"""{"prompt":[{{User}}],"chosen":[{{Good}}],"rejected":[{{Bad}}]}""", "as messages")]
    [TestCase($$"""{"chosen":[{{User}},{{Good}}],"rejected":[{{User}},{{Bad}}]}""", "whole conversations as messages, the prompt is all but the last")]
    [TestCase($$"""{"prompt":"q","chosen":[{{User}},{{Good}}],"rejected":[{{User}},{{Bad}}],"score_chosen":8.5}""", "UltraFeedback")]
    [TestCase("""{"chosen":"\n\nHuman: q\n\nAssistant: a","rejected":"\n\nHuman: q\n\nAssistant: b"}""", "hh-rlhf")]
    [TestCase("""{"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[4]}""", "token ids")]
    [TestCase("""{"instruction":"q","input":"x","chosen":"a","rejected":"b"}""", "Alpaca preferences")]
    [TestCase("""{"instruction":"q","system":"s","history":[["a","b"]],"chosen":"a","rejected":"b"}""", "Alpaca preferences")]
    [TestCase("""{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}""", "ShareGPT preferences")]
    [TestCase("""{"instruction":"q","completions":[{"response":"a","overall_score":2},{"response":"b","overall_score":7.5}]}""", "raw UltraFeedback")]
    [TestCase("""{"system":"s","question":"q","chosen":"a","rejected":"b"}""", "questions with two answers (Orca) {system, question, chosen, rejected}")]
    [TestCase("""{"input":"q","chosen":"a","rejected":"b","generations":["b","a"]}""", "(Orca) {system, input, chosen, rejected}")]
    [TestCase("""{"question":"q","chosen":"\n\nHuman: q\n\nAssistant: a","rejected":"\n\nHuman: q\n\nAssistant: b"}""", "hh-rlhf")]
    [TestCase("""{"system":"s","prompt":"q","chosen":"a","rejected":"b"}""", "{prompt, chosen, rejected}; what system says is not used")]
    [TestCase("""{"prompt":"q","chosen":"a","rejected":"b","tools":[{}],"chat_template_kwargs":{"x":1}}""", "{prompt, chosen, rejected}; what tools, chat_template_kwargs say is not used")]
    public void Every_shape_of_a_preference_row_is_recognised(string row, string reading)
    {
        using DataFile file = new("rows.jsonl", row);
        RowReport report = new();
        Assert.That(Rows.ReadPreferences(file.Path, report).Count(), Is.EqualTo(1));
        Assert.That(report.Reading, Does.Contain(reading));
    }

    [TestCase("""{"prompt":"q","completion":"a"}""", "prompts with their answer")]
    [TestCase($$"""{"prompt":[{{User}}],"response":[{{Good}}]}""", "prompts with their answer")]
    [TestCase("""{"prompt_ids":[1],"response_ids":[2]}""", "token ids")]
    [TestCase($$"""{"messages":[{{User}},{{Good}}]}""", "whole conversations")]
    [TestCase("""{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}""", "ShareGPT")]
    [TestCase("""{"instruction":"q","input":"x","output":"a"}""", "Alpaca")]
    [TestCase("""{"text":"once upon a time"}""", "whole texts")]
    [TestCase("""{"system":"s","question":"q","response":"a"}""", "questions with their answer (Orca) {system, question, response}")]
    public void Every_shape_of_a_response_row_is_recognised(string row, string reading)
    {
        using DataFile file = new("rows.jsonl", row);
        RowReport report = new();
        Assert.That(Rows.ReadResponses(file.Path, report).Count(), Is.EqualTo(1));
        Assert.That(report.Reading, Does.Contain(reading));
    }

    // The field is the system turn where the conversation has none of its own.
    [TestCase("""{"system":"s","conversations":[{"from":"human","value":"q"}],"chosen":"a","rejected":"b"}""", "system: s, user: q")]
    [TestCase("""{"system":"s","conversations":[{"from":"system","value":"t"},{"from":"human","value":"q"}],"chosen":"a","rejected":"b"}""", "system: t, user: q")]
    [TestCase("""{"system":"s","question":"q","chosen":"a","rejected":"b"}""", "system: s, user: q")]
    [TestCase("""{"system":"","question":"q","chosen":"a","rejected":"b"}""", "user: q")]
    public void A_system_field_is_the_first_turn(string row, string turns)
    {
        using DataFile file = new("rows.jsonl", row);
        RowReport report = new();
        IReadOnlyList<Message> prompt = Rows.ReadPreferences(file.Path, report).Single().Prompt.Messages!;
        Assert.That(string.Join(", ", prompt.Select(turn => $"{turn.Role}: {turn.Content}")), Is.EqualTo(turns));
        Assert.That(report.Reading, Does.Not.Contain("not used"));
    }

    [TestCase("""{"prompt":"q","chosen":"a","rejected":"a"}""", "identical_answers")]
    [TestCase("""{"prompt":" ","chosen":"a","rejected":""}""", "empty_answer_rejected,empty_prompt")]
    [TestCase("""{"prompt_ids":[1],"chosen_ids":[2,-1],"rejected_ids":[3.5]}""", "not_ids,not_ids")]
    [TestCase("""{"prompt_ids":[],"chosen_ids":[],"rejected_ids":[3]}""", "empty_answer_chosen,empty_prompt")]
    [TestCase("""{"prompt_ids":[1],"chosen_ids":[4],"rejected_ids":[4]}""", "identical_answers")]
    [TestCase($$"""{"prompt":"q","chosen":[{{Good}}],"rejected":[{{Bad}}]}""", "mixed_forms")]
    [TestCase($$"""{"prompt":"q","chosen":[{{Good}}],"rejected":"b"}""", "mixed_forms")]
    [TestCase($$"""{"prompt":[{{Good}}],"chosen":[{{Good}}],"rejected":[{{Bad}}]}""", "roles_not_alternating_chosen,roles_not_alternating_rejected")]
    [TestCase("""{"prompt":[{"role":"user"}],"chosen":"a","rejected":7}""", "missing_field,not_a_string")]
    [TestCase("""{}""", "missing_field,missing_field")]
    [TestCase("""{"instruction":"q","completions":[{"response":"a","overall_score":2}]}""", "missing_field")]
    [TestCase("""{"instruction":"q","completions":[{"response":"a","overall_score":2},{"response":"b"}]}""", "missing_field")]
    [TestCase("""{"instruction":"q","completions":[{"response":"a","overall_score":2},{"response":"b","overall_score":2}]}""", "identical_answers")]
    [TestCase("""{"instruction":"q","history":[["a"]],"chosen":"a","rejected":"b"}""", "not_a_string")]
    [TestCase("""{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":7}""", "not_a_string")]
    public void Faulty_rows_get_every_code_that_applies(string row, string codes)
    {
        using DataFile file = new("rows.jsonl", row);
        IReadOnlyList<RowFault> faults = Rows.DiagnosePreference(RowReader.Read(file.Path).Single());
        Assert.That(string.Join(",", faults.Select(f => f.Diagnosis.Code()).Order(StringComparer.Ordinal)), Is.EqualTo(codes));
        Assert.That(faults.Select(f => f.ToString()), Has.All.StartsWith($"{file.Path}:1: "));
    }

    [TestCase("""{"tools":[1]}""", "'tools[0]' is a number, expected an object")]
    [TestCase("""{"tools":{"name":"f"}}""", "'tools' is an object, expected a list of JSON schemas")]
    [TestCase("""{"tools":"[{"}""", "'tools':1:3: not valid JSON")]
    [TestCase("""{"tools":"[\"\\ud800\"]"}""", "half of a surrogate pair")]
    [TestCase("""{"chat_template_kwargs":[]}""", "'chat_template_kwargs' is a list, expected an object")]
    [TestCase("""{"chat_template_kwargs":{"tokenize":false}}""", "sets 'tokenize', which is no variable of a template")]
    [TestCase("""{"chat_template_kwargs":{"documents":"d"}}""", "'chat_template_kwargs.documents' is a string, expected a list of objects")]
    public void What_no_template_can_be_given_is_a_fault(string fields, string message)
    {
        using DataFile file = new("rows.jsonl", $$"""{"prompt":[{{User}}],"chosen":[{{Good}}],"rejected":[{{Bad}}],{{fields[1..]}}""");
        Assert.That(() => Rows.ReadPreferences(file.Path, new RowReport()).Count(), Throws.TypeOf<SpaException>().With.Message.StartsWith($"{file.Path}:1: not_for_template").And.Message.Contains(message));
    }

    // A message without content is one that calls tools; one that does neither says nothing.
    [TestCase("""{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}""", "")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f"}}]}""", "")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[]}""", "not_a_string")]
    [TestCase("""{"role":"assistant","content":"","tool_calls":null}""", "empty_answer_chosen")]
    public void A_turn_that_calls_tools_is_an_answer(string chosen, string codes)
    {
        using DataFile file = new("rows.jsonl", $$"""{"prompt":[{{User}}],"chosen":[{{chosen}}],"rejected":[{{Bad}}]}""");
        Assert.That(string.Join(",", Rows.DiagnosePreference(RowReader.Read(file.Path).Single()).Select(f => f.Diagnosis.Code())), Is.EqualTo(codes));
    }

    [Test]
    public void Rows_that_differ_in_what_only_the_template_reads_are_not_repeated()
    {
        string[] fields = ["", ",\"tools\":[]", ",\"tools\":[{\"name\":\"f\"}]", ",\"chat_template_kwargs\":{\"x\":1}", ",\"chat_template_kwargs\":{\"x\":null}"];
        using DataFile file = new("rows.jsonl", string.Join('\n',
            [.. fields.Select(more => $$"""{"prompt":[{{User}}]{{more}}}"""), """{"prompt":[{"role":"user","content":"q","name":"n"}]}"""]));
        RowReport report = new();
        PromptRow[] rows = [.. Rows.ReadPrompts(file.Path, report)];
        Assert.That(rows.Select(row => row.Prompt.Fingerprint()).Distinct().Count(), Is.EqualTo(5), "all but the last of fields, which sets nothing");
        Assert.That(report.WarnedBy[Diagnosis.DuplicatePrompt], Is.EqualTo(1));
        Assert.That(report.Reading, Does.Not.Contain("not used"));
    }

    [Test]
    public void Raw_completions_become_the_best_against_the_worst()
    {
        using DataFile file = new("rows.jsonl", """
            {"instruction":"q","completions":[{"response":"mid","overall_score":5},{"response":"worst","overall_score":1},{"response":"best","overall_score":9},{"response":"tie","overall_score":9}]}
            """);
        PreferenceRow row = Rows.ReadPreferences(file.Path, new RowReport()).Single();
        Assert.That((row.Prompt.Messages!.Single().Content, row.Chosen.Messages!.Single().Content, row.Rejected.Messages!.Single().Content), Is.EqualTo(("q", "best", "worst")));
        Assert.That(Rows.ReadPrompts(file.Path, new RowReport()).Single().Prompt.Messages!.Single().Content, Is.EqualTo("q"));
    }

    [Test]
    public void The_first_bad_row_stops_with_its_place_or_is_skipped_and_counted()
    {
        using DataFile file = new("rows.jsonl", """
            {"prompt":"q","chosen":"a","rejected":"b"}
            {"prompt":"q","chosen":"a"}
            {"prompt":"q","chosen":"a","rejected":"b"}
            """);
        Assert.That(
            () => Rows.ReadPreferences(file.Path, new RowReport()).Count(),
            Throws.InstanceOf<SpaException>().With.Message.EqualTo($"{file.Path}:2: missing_field: a field is missing ('rejected'); add it or name the right file"));
        RowReport report = new();
        Assert.That(Rows.ReadPreferences(file.Path, report, BadRows.Skip).Count(), Is.EqualTo(2));
        Assert.That((report.Rows, report.Usable, report.Skipped), Is.EqualTo((3L, 2L, 1L)));
        Assert.That(report.SkippedBy[Diagnosis.MissingField], Is.EqualTo(1));
        Assert.That(report.WarnedBy[Diagnosis.DuplicateRow], Is.EqualTo(1));
    }

    [Test]
    public void A_file_without_a_usable_row_is_an_error()
    {
        using DataFile file = new("rows.jsonl", "{\"x\":1}\n");
        Assert.That(() => Rows.ReadPrompts(file.Path, new RowReport(), BadRows.Skip).Count(), Throws.InstanceOf<SpaException>().With.Message.Contains("1 rows, none usable"));
    }

    [Test]
    public void A_prompt_is_taken_from_any_row_that_has_one()
    {
        using DataFile file = new("rows.jsonl", $$"""
            {"prompt":"q1"}
            {"prompt":[{"role":"system","content":"s"},{{User}}]}
            {"prompt_ids":[5]}
            {"messages":[{{User}},{{Good}}]}
            {"chosen":"\n\nHuman: q2\n\nAssistant: a","rejected":"\n\nHuman: q2\n\nAssistant: b"}
            {"instruction":"q3","input":"","output":""}
            """);
        List<PromptRow> rows = [.. Rows.ReadPrompts(file.Path, new RowReport())];
        Assert.That(rows[0].Prompt.Text, Is.EqualTo("q1"));
        Assert.That(rows[1].Prompt.Messages, Has.Count.EqualTo(2));
        Assert.That(rows[2].Prompt.Ids, Is.EqualTo(new[] { 5 }));
        Assert.That(rows.Skip(3).Select(row => row.Prompt.Messages!.Single().Content), Is.EqualTo(new[] { "q", "q2", "q3" }));
    }

    [Test]
    public void A_response_that_met_its_length_limit_is_known_as_cut()
    {
        using DataFile file = new("rows.jsonl", """{"prompt":"q","chosen":"a","rejected":"b","chosen_finish_reason":"length","rejected_finish_reason":"stop"}""");
        PreferenceRow row = Rows.ReadPreferences(file.Path, new RowReport()).Single();
        Assert.That((row.ChosenEnd, row.RejectedEnd), Is.EqualTo((ResponseEnd.Cut, ResponseEnd.Complete)));
    }

    [Test]
    public void Fingerprints_tell_forms_and_borders_apart()
    {
        RowContent[] contents =
        [
            RowContent.OfText("ab"), RowContent.OfText("a"), RowContent.OfIds([1, 2]), RowContent.OfIds([1]),
            RowContent.OfMessages([new Message("user", "ab")]), RowContent.OfMessages([new Message("user", "a"), new Message("user", "b")]),
        ];
        Assert.That(contents.Select(content => content.Fingerprint()).Distinct().Count(), Is.EqualTo(contents.Length));
        Assert.That(RowContent.OfText("ab").Fingerprint(), Is.EqualTo(contents[0].Fingerprint()));
    }

    [Test]
    public void Any_JSON_object_gives_a_row_or_faults()
    {
        Gen<string> value = OneOf("null", "1", "\"\"", "\"x\"", "[]", "[1]", "[{}]", $"[{User}]", $"[{User},{Good}]", $"[{Bad}]", "\"\\n\\nHuman: q\\n\\nAssistant: a\"");
        Gen<string> name = OneOf("prompt", "chosen", "rejected", "prompt_ids", "chosen_ids", "rejected_ids", "messages", "completion", "conversations", "instruction", "text", "completions", "history", "system");
        Gen.Dictionary(name, value)[0, 5].Sample(
            fields =>
            {
                JsonObject json = JsonNode.Parse($"{{{string.Join(",", fields.Select(f => $"\"{f.Key}\":{f.Value}"))}}}")!.AsObject();
                SourceRow row = new(json, new RowLocation("x", 1, true));
                RowFields preference = new(row), response = new(row), prompt = new(row);
                Assert.That(new PreferenceParser(row, preference).Parse() is null, Is.EqualTo(preference.Faults.Count > 0));
                Assert.That(new ResponseParser(row, response).ParseResponse() is null, Is.EqualTo(response.Faults.Count > 0));
                Assert.That(new ResponseParser(row, prompt).ParsePrompt() is null, Is.EqualTo(prompt.Faults.Count > 0));
            },
            iter: 5000);
    }

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);
}
