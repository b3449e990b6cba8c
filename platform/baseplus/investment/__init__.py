"""What training an apprentice costs, who bears it, what it yields, and what is lost when somebody poaches them."""
