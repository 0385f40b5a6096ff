using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Tests.Data;

internal sealed class RowTokenizationTests
{
    private static readonly RowLocation s_here = new("rows.jsonl", 1, true);
    private static readonly RowContent s_question = RowContent.OfMessages([new Message("user", "q")]);

    [Test]
    public void A_complete_answer_ends_with_the_templates_own_end_token_and_nothing_behind_it()
    {
        TokenizedPair pair = Tokenize(new CharTokenizer(), s_question, Answer("yes"), Answer("no"));
        Assert.That(pair.Prompt, Is.EqualTo(Ids("<bos>[user]q<end>\n[assistant]")), "one BOS, from the template; the header belongs to the prompt");
        Assert.That(pair.Chosen, Is.EqualTo(Ids("yes<end>")), "no second end, no line feed that was never sampled");
        Assert.That((pair.ChosenComplete, pair.RejectedComplete), Is.EqualTo((true, true)));
    }

    [Test]
    public void A_cut_answer_gets_no_end_token()
    {
        TokenizedPair pair = Tokenize(new CharTokenizer(), s_question, Answer("yes"), Answer("no"), ResponseEnd.Cut);
        Assert.That(pair.Chosen, Is.EqualTo(Ids("yes")));
        Assert.That(pair.Rejected, Is.EqualTo(Ids("no<end>")));
        Assert.That(pair.ChosenComplete, Is.False);
    }

    [Test]
    public void A_template_without_an_end_token_is_closed_by_EOS()
    {
        TokenizedPair pair = Tokenize(new CharTokenizer { TurnSuffix = "\n" }, s_question, Answer("yes"), Answer("n<end>o"));
        Assert.That(pair.Chosen, Is.EqualTo(Ids("yes\n<eos>")));
        Assert.That(pair.Rejected, Is.EqualTo(Ids("n<end>o\n<eos>")), "an end mark inside the content is content");
    }

    [Test]
    public void Of_several_end_tokens_that_a_template_writes_the_first_closes_the_answer()
    {
        CharTokenizer phi = new() { TurnSuffix = "<end>\n<eos>" };
        TokenizedPair pair = Tokenize(phi, s_question, Answer("yes"), Answer("n<end>o<eos>!"), ResponseEnd.Cut);
        Assert.That(pair.Chosen, Is.EqualTo(Ids("yes")), "a cut answer has none of them");
        Assert.That(pair.Rejected, Is.EqualTo(Ids("n<end>o<eos>!<end>")), "the sampler stops at the first, so what follows was never sampled");
        ResponseRow row = new(null, RowContent.OfMessages([new("user", "q"), new("assistant", "n<end>o")]), ResponseEnd.Complete, [], s_here);
        foreach (ScoredTurns turns in new[] { ScoredTurns.Last, ScoredTurns.Assistant })
            Assert.That(Scored(Example(row, turns, phi)), Is.EqualTo(Ids("n<end>o<end>")));
        Assert.That(Scored(Example(row, ScoredTurns.Last, new CharTokenizer { TurnSuffix = "\n" })), Is.EqualTo(Ids("n<end>o\n")), "one inside the content closes nothing");
    }

    [TestCase("end")]
    [TestCase("d")]
    [TestCase(">")]
    public void An_answer_that_also_stands_in_the_end_tokens_name_has_one_end_token(string answer)
    {
        TokenizedPair pair = Tokenize(new CharTokenizer(), s_question, Answer(answer), Answer("no"));
        Assert.That(pair.Chosen, Is.EqualTo(Ids(answer + "<end>")));
        TokenizedPair shortened = Tokenize(new CharTokenizer { DropsFirstLine = true }, s_question, Answer("hm\n" + answer), Answer("no"));
        Assert.That(shortened.Chosen, Is.EqualTo(Ids(answer + "<end>")), "also where the template writes only the last line of it, as without reasoning");
    }

    [Test]
    public void Text_gets_one_BOS_and_one_EOS()
    {
        foreach (bool addsEos in new[] { false, true })
        {
            CharTokenizer tokenizer = new() { AddsEos = addsEos };
            TokenizedPair pair = Tokenize(tokenizer, RowContent.OfText("q "), RowContent.OfText("yes"), RowContent.OfText("no<eos>"));
            Assert.That(pair.Prompt, Is.EqualTo(Ids("<bos>q ")));
            Assert.That(pair.Chosen, Is.EqualTo(Ids("yes<eos>")));
            Assert.That(pair.Rejected, Is.EqualTo(Ids("no<eos>")), "not a second one");
        }
    }

    [Test]
    public void Text_that_writes_its_own_BOS_does_not_get_a_second_one()
    {
        TokenizedPair pair = Tokenize(new CharTokenizer(), RowContent.OfText("<bos>q"), RowContent.OfText("yes"), RowContent.OfText("no"));
        Assert.That(pair.Prompt, Is.EqualTo(Ids("<bos>q")));
    }

    [Test]
    public void Ids_are_taken_as_they_are()
    {
        TokenizedPair pair = Tokenize(new CharTokenizer(), RowContent.OfIds([9, 8]), RowContent.OfIds([7]), RowContent.OfIds([6, CharTokenizer.Eos, 5]), ResponseEnd.Cut);
        Assert.That((pair.Prompt, pair.Chosen), Is.EqualTo((new[] { 9, 8 }, new[] { 7 })));
        Assert.That(pair.Rejected, Is.EqualTo(new[] { 6, CharTokenizer.Eos, 5 }));
    }

    [Test]
    public void A_token_across_the_border_leaves_the_prompt_as_the_sampler_saw_it()
    {
        RowReport report = new();
        TokenizedPair pair = Tokenize(new CharTokenizer(), RowContent.OfText("qa"), RowContent.OfText("b!"), RowContent.OfText("c"), report: report);
        Assert.That(pair.Prompt, Is.EqualTo(Ids("<bos>qa")));
        Assert.That(pair.Chosen, Is.EqualTo(Ids("b!<eos>")));
        Assert.That(report.BoundaryMerges, Is.EqualTo(1));
    }

    [Test]
    public void A_template_that_rewrites_the_header_falls_back_to_the_bare_answer_and_says_so()
    {
        RowReport report = new();
        TokenizedPair pair = Tokenize(new CharTokenizer { RewritesHeader = true }, s_question, Answer("yes"), Answer("no"), report: report);
        Assert.That(pair.Chosen, Is.EqualTo(Ids("yes<eos>")));
        Assert.That(report.TemplateMismatches, Is.EqualTo(2));
        ResponseRow row = new(null, RowContent.OfMessages([new("user", "q"), new("assistant", "yes"), new("user", "r"), new("assistant", "no")]), ResponseEnd.Complete, [], s_here);
        TokenizedExample last = new RowTokenization(new CharTokenizer { RewritesHeader = true }, Truncation.None, report).Example(row, ScoredTurns.Last)!;
        Assert.That(last.Tokens, Is.EqualTo(Ids("<bos>[user]q<end>\n[A]yes<end>\n[user]r<end>\n[assistant]no<eos>")), "the last turn of a conversation likewise");
        Assert.That((Scored(last), report.TemplateMismatches), Is.EqualTo((Ids("no<eos>"), 3)));
    }

    [Test]
    public void A_response_without_a_token_leaves_the_row_out_and_is_counted()
    {
        RowReport report = new();
        PreferenceRow row = new(RowContent.OfIds([1]), RowContent.OfIds([]), RowContent.OfIds([2]), ResponseEnd.Cut, ResponseEnd.Cut, [], s_here);
        Assert.That(new RowTokenization(new CharTokenizer(), Truncation.None, report).Pair(row), Is.Null);
        Assert.That(report.EmptyResponses, Is.EqualTo(1));
    }

    [Test]
    public void A_completion_is_scored_and_its_prompt_is_not_unless_asked()
    {
        ResponseRow row = new(s_question, Answer("yes"), ResponseEnd.Complete, [], s_here);
        TokenizedExample example = Example(row, ScoredTurns.Auto);
        Assert.That(Scored(example), Is.EqualTo(Ids("yes<end>")));
        Assert.That(Example(row, ScoredTurns.All).ScoredCount, Is.EqualTo(example.Tokens.Length - 1), "all but the first, which nothing precedes");
    }

    [Test]
    public void Of_a_conversation_all_assistant_turns_or_the_last_one_are_scored()
    {
        RowContent turns = RowContent.OfMessages([new("user", "q"), new("assistant", "yes"), new("user", "r"), new("assistant", "no")]);
        ResponseRow row = new(null, turns, ResponseEnd.Complete, [], s_here);
        Assert.That(Scored(Example(row, ScoredTurns.Assistant)), Is.EqualTo(Ids("yes<end>no<end>")));
        Assert.That(Scored(Example(row, ScoredTurns.Last)), Is.EqualTo(Ids("no<end>")));
        TokenizedExample whole = Example(row, ScoredTurns.Auto);
        Assert.That(whole.Tokens, Is.EqualTo(Ids("<bos>[user]q<end>\n[assistant]yes<end>\n[user]r<end>\n[assistant]no<end>\n")));
        Assert.That(whole.ScoredCount, Is.EqualTo(whole.Tokens.Length - 1));
        Assert.That(Example(row, ScoredTurns.Assistant).Tokens, Is.EqualTo(whole.Tokens));
    }

    [Test]
    public void What_the_template_marks_as_generated_is_scored_as_it_stands()
    {
        RowContent turns = RowContent.OfMessages([new("user", "q"), new("assistant", "yes"), new("user", "r"), new("assistant", "no")]);
        ResponseRow row = new(null, turns, ResponseEnd.Complete, [], s_here);
        Assert.That(Scored(Example(row, ScoredTurns.Assistant, new CharTokenizer { MarksAnswers = true })), Is.EqualTo(Ids("yes<end>\nno<end>\n")), "line feeds are inside the marks");
        Assert.That(Scored(Example(row, ScoredTurns.Last, new CharTokenizer { MarksAnswers = true })), Is.EqualTo(Ids("no<end>")), "as it is scored elsewhere");
        Assert.That(() => Example(row, ScoredTurns.Assistant, new CharTokenizer { RewritesHeader = true }), Throws.TypeOf<SpaException>().With.Message.Contains("{% generation %}"));
        Assert.That(Scored(Example(row, ScoredTurns.Assistant, new CharTokenizer { RewritesHeader = true, MarksAnswers = true })), Is.EqualTo(Ids("yes<end>\nno<end>\n")),
            "marks stand by themselves where the template writes earlier turns otherwise");
    }

    [Test]
    public void A_token_that_spans_the_border_of_a_turn_is_scored_and_told()
    {
        RowContent turns = RowContent.OfMessages([new("user", "q"), new("assistant", "b")]);
        RowReport report = new();
        TokenizedExample example = new RowTokenization(new CharTokenizer { Header = "a", MarksAnswers = true }, Truncation.None, report)
            .Example(new ResponseRow(null, turns, ResponseEnd.Complete, [], s_here), ScoredTurns.Assistant)!;
        Assert.That(example.Tokens, Is.EqualTo(Ids("<bos>[user]aq<end>\n[assistant]ab<end>\n")), "what the model sees is the whole, tokenised once");
        Assert.That(Scored(example), Is.EqualTo((int[])[CharTokenizer.Merged, CharTokenizer.TurnEnd, '\n']));
        Assert.That(report.BoundaryMerges, Is.EqualTo(1));
    }

    [Test]
    public void A_whole_text_is_scored_after_its_first_token_and_ends_with_EOS()
    {
        TokenizedExample example = Example(new ResponseRow(null, RowContent.OfText("once"), ResponseEnd.Complete, [], s_here), ScoredTurns.Auto);
        Assert.That(example.Tokens, Is.EqualTo(Ids("<bos>once<eos>")));
        Assert.That(example.ScoredCount, Is.EqualTo(5));
    }

    [Test]
    public void Cuts_and_lengths_stand_in_the_report()
    {
        RowReport report = new();
        RowTokenization tokenization = new(new CharTokenizer(), new Truncation(8), report);
        PreferenceRow row = new(RowContent.OfIds([1, 2, 3]), RowContent.OfIds([.. Enumerable.Range(10, 9)]), RowContent.OfIds([4]), ResponseEnd.Complete, ResponseEnd.Complete, [], s_here);
        Assert.That(tokenization.Pair(row)!.Chosen, Has.Length.EqualTo(5));
        JsonObject json = report.ToJson();
        Assert.That((report.LongestPrompt, report.LongestResponse), Is.EqualTo((3, 9)));
        Assert.That(json["truncation"]!["cut_response_tokens"]!.GetValue<long>(), Is.EqualTo(4));
        Assert.That(report.Lines().Last(), Is.EqualTo("cut 1 responses by 4 tokens in all to fit max_length; they carry no end token"));
    }

    // The stand-in for a template writes them behind BOS.
    [TestCase("""{"prompt":[Q],"chosen":[A],"rejected":[B]}""")]
    [TestCase("""{"chosen":[Q,A],"rejected":[Q,B]}""")]
    [TestCase("""{"prompt":[Q],"completion":[A]}""")]
    [TestCase("""{"messages":[Q,A]}""")]
    [TestCase("""{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}""")]
    [TestCase("""{"prompt":[Q]}""")]
    public void Tools_and_variables_of_a_row_reach_the_template_as_TRL_passes_them(string shape)
    {
        string row = shape.Replace("Q", """{"role":"user","content":"q"}""", StringComparison.Ordinal).Replace("A", """{"role":"assistant","content":"a"}""", StringComparison.Ordinal)
            .Replace("B", """{"role":"assistant","content":"b"}""", StringComparison.Ordinal);
        foreach (string tools in new[] { """[{"name":"f","none":null}]""", "\"[{\\\"name\\\":\\\"f\\\"}]\"" })
        {
            using DataFile file = new("rows.jsonl", $$$"""{{{row[..^1]}}},"tools":{{{tools}}},"chat_template_kwargs":{"x":1,"y":null}}""");
            RowTokenization tokenization = new(new CharTokenizer(), Truncation.None, new RowReport());
            int[] begin = Ids("""<bos>[{"name":"f"}]{"x":1}[user]q""");
            if (row.Contains("chosen", StringComparison.Ordinal)) Assert.That(tokenization.Pair(Rows.ReadPreferences(file.Path, new RowReport()).Single())!.Prompt.Take(begin.Length), Is.EqualTo(begin));
            else Assert.That(tokenization.Prompt(Rows.ReadPrompts(file.Path, new RowReport()).Single(), 1)!.Tokens.Take(begin.Length), Is.EqualTo(begin));
            if (!row.Contains("assistant", StringComparison.Ordinal) && !row.Contains("gpt", StringComparison.Ordinal) || row.Contains("chosen", StringComparison.Ordinal)) continue;
            ResponseRow example = Rows.ReadResponses(file.Path, new RowReport()).Single();
            foreach (ScoredTurns turns in new[] { ScoredTurns.Auto, ScoredTurns.Assistant, ScoredTurns.Last })
                Assert.That(tokenization.Example(example, turns)!.Tokens, Is.EqualTo(Ids("""<bos>[{"name":"f"}]{"x":1}[user]q<end>""" + "\n[assistant]a<end>" + (example.Prompt is null ? "\n" : ""))));
        }
    }

    private static TokenizedPair Tokenize(
        IRowTokenizer tokenizer, RowContent prompt, RowContent chosen, RowContent rejected, ResponseEnd chosenEnd = ResponseEnd.Complete, RowReport? report = null) =>
        new RowTokenization(tokenizer, Truncation.None, report ?? new RowReport()).Pair(new PreferenceRow(prompt, chosen, rejected, chosenEnd, ResponseEnd.Complete, [], s_here))!;

    private static TokenizedExample Example(ResponseRow row, ScoredTurns turns, CharTokenizer? tokenizer = null) => new RowTokenization(tokenizer ?? new CharTokenizer(), Truncation.None, new RowReport()).Example(row, turns)!;

    private static RowContent Answer(string text) => RowContent.OfMessages([new Message("assistant", text)]);

    private static int[] Ids(string text) => new CharTokenizer().Encode(text, addSpecialTokens: false);

    private static int[] Scored(TokenizedExample example) => [.. example.Tokens.Where((_, i) => example.Scored[i])];
}
